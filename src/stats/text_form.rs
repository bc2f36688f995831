//! How numbers stand in self-describing text such as JSON, so that they come back as they were.
//!
//! Between processes the same types travel in a binary form that has all numbers; nothing changes there. JSON has no
//! number beside the finite ones, and readers of JSON as values keep integers of at most 64 bits.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::stats::{Histogram, HistogramLayout, SparseHistogram};

/// Values of a histogram that come out of a text: far above what a run can count, and sums of thousands of such
/// histograms still fit.
const COUNT_MAX: u64 = 1 << 50;

/// For `#[serde(with)]` on a `u128`: decimal digits as text.
pub mod wide {
    use super::{Deserialize, Deserializer, Serialize, Serializer};
    use serde::de::Error as _;

    pub(crate) fn serialize<S: Serializer>(value: &u128, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            to.collect_str(value)
        } else {
            value.serialize(to)
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u128, D::Error> {
        if from.is_human_readable() {
            let text = std::borrow::Cow::<str>::deserialize(from)?;
            text.parse().map_err(D::Error::custom)
        } else {
            u128::deserialize(from)
        }
    }
}

/// For `#[serde(deserialize_with)]` on an `f64`: what was no number was written as nothing, and is no number again.
pub(crate) fn float<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    if from.is_human_readable() {
        Ok(Option::deserialize(from)?.unwrap_or(f64::NAN))
    } else {
        f64::deserialize(from)
    }
}

/// As [`float`], for two of them.
pub(crate) fn floats<'de, D: Deserializer<'de>>(from: D) -> Result<[f64; 2], D::Error> {
    if from.is_human_readable() {
        let floats = <[Option<f64>; 2]>::deserialize(from)?;
        Ok(floats.map(|float| float.unwrap_or(f64::NAN)))
    } else {
        <[f64; 2]>::deserialize(from)
    }
}

/// The filled slots, and how many values were cut.
impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let sparse = self.to_sparse();
        (sparse, self.cut()).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (sparse, cut) = <(SparseHistogram, u64)>::deserialize(from)?;
        sparse.check().map_err(D::Error::custom)?;
        if cut > COUNT_MAX {
            return Err(D::Error::custom(
                "a histogram has more cut values than a run can count",
            ));
        }
        let mut histogram = sparse.to_dense();
        histogram.set_cut(cut);
        Ok(histogram)
    }
}

impl SparseHistogram {
    /// Looks at what came from elsewhere, before it is added to anything.
    ///
    /// # Errors
    /// If a slot is outside of the layout, or there are more values than any run can have.
    pub fn check(&self) -> Result<(), &'static str> {
        let mut place = 0_u64;
        let mut count = self.overflow;
        // No two of them can be more than all numbers, when they are added up.
        if self.sum > u128::from(self.max) * u128::from(COUNT_MAX) {
            return Err("a histogram has a sum that its values cannot have");
        }
        for (index, &(gap, times)) in self.slots.iter().enumerate() {
            if gap == 0 && index > 0 {
                return Err("a histogram names a slot twice");
            }
            place += u64::from(gap);
            count = count.saturating_add(times);
            if place >= HistogramLayout::SLOTS as u64 {
                return Err("a histogram has a slot that does not exist");
            }
        }
        if count > COUNT_MAX {
            return Err("a histogram has more values than a run can count");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_histogram_comes_back_with_every_digit(
            values in proptest::collection::vec(0_u64..1 << 44, 0..200),
            cut in 0_u64..100,
        ) {
            let mut histogram = Histogram::new();
            for &value in &values {
                histogram.record(value);
            }
            histogram.set_cut(cut);
            let text = serde_json::to_string(&histogram).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Histogram>(&text).unwrap(), &histogram);
            // As values too: that is how files of older versions are read.
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&serde_json::from_value::<Histogram>(value).unwrap(), &histogram);
            let bytes = postcard::to_stdvec(&histogram).unwrap();
            prop_assert_eq!(&postcard::from_bytes::<Histogram>(&bytes).unwrap(), &histogram);
        }
    }

    #[test]
    fn sums_above_64_bits_come_back_also_through_values() {
        let sparse = SparseHistogram {
            sum: u128::from(u64::MAX) << 50,
            max: u64::MAX,
            ..SparseHistogram::default()
        };
        let value = serde_json::to_value(&sparse).unwrap();
        assert_eq!(
            serde_json::from_value::<SparseHistogram>(value).unwrap(),
            sparse
        );
    }

    #[test]
    fn a_histogram_that_no_run_can_have_is_refused() {
        for (slots, overflow) in [
            (vec![(HistogramLayout::SLOTS as u32, 1)], 0),
            (vec![(u32::MAX, 1), (u32::MAX, 1)], 0),
            (vec![(1, 1), (0, 1)], 0),
            (vec![(1, u64::MAX), (1, u64::MAX)], 0),
            (vec![(1, 1)], u64::MAX),
        ] {
            let sparse = SparseHistogram {
                slots,
                overflow,
                ..SparseHistogram::default()
            };
            let text = serde_json::to_string(&(&sparse, 0)).unwrap();
            assert!(serde_json::from_str::<Histogram>(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn sums_and_cuts_that_would_overflow_when_they_are_added_up_are_refused() {
        let sparse = SparseHistogram {
            slots: vec![(1, 1)],
            sum: u128::MAX,
            max: u64::MAX,
            overflow: 0,
        };
        for (sparse, cut) in [(sparse, 0), (SparseHistogram::default(), u64::MAX)] {
            let text = serde_json::to_string(&(&sparse, cut)).unwrap();
            assert!(serde_json::from_str::<Histogram>(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_was_no_number_is_no_number_again() {
        #[derive(Serialize, Deserialize)]
        struct Both(
            #[serde(deserialize_with = "float")] f64,
            #[serde(deserialize_with = "floats")] [f64; 2],
        );
        let both = Both(f64::NAN, [f64::INFINITY, 0.1]);
        let text = serde_json::to_string(&both).unwrap();
        let back: Both = serde_json::from_str(&text).unwrap();
        assert!(back.0.is_nan() && back.1[0].is_nan());
        assert_eq!(back.1[1].to_bits(), 0.1_f64.to_bits());
        let bytes = postcard::to_stdvec(&both).unwrap();
        let back: Both = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(back.1[0].to_bits(), f64::INFINITY.to_bits());
    }
}
