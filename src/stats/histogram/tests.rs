//! Histograms held against those of `HdrHistogram`, and against exact counts.

use super::*;
use proptest::prelude::*;

#[test]
fn values_that_were_cut_are_above_all_others_and_hide_what_depends_on_them() {
    let mut histogram = Histogram::new();
    (1..=70).for_each(|value| histogram.record(value));
    assert_eq!(histogram.quantile(0.5), Some(35));
    histogram.set_cut(30);
    assert_eq!(histogram.quantile(0.5), Some(50), "of 100, and not of 70");
    assert_eq!(histogram.quantile(0.7), Some(70));
    assert_eq!(histogram.quantile(0.71), None);
    assert_eq!((histogram.max(), histogram.mean()), (None, None));
    assert_eq!(histogram.share_at_most(35), Some(0.35));
    let mut both = histogram.clone();
    both.merge(&histogram);
    assert_eq!((both.count(), both.cut()), (140, 60));
}

#[test]
fn slots_are_adjacent_and_cover_the_whole_range() {
    assert_eq!(HistogramLayout::slot(0), Some(0));
    assert_eq!(HistogramLayout::slot(2_047), Some(2_047));
    assert_eq!(HistogramLayout::slot(2_048), Some(2_048));
    assert_eq!(HistogramLayout::slot(2_049), Some(2_048));
    assert_eq!(
        HistogramLayout::slot(HistogramLayout::HIGHEST),
        Some(HistogramLayout::SLOTS - 1)
    );
    assert_eq!(HistogramLayout::slot(HistogramLayout::HIGHEST + 1), None);
    for slot in 0..HistogramLayout::SLOTS {
        assert_eq!(
            HistogramLayout::slot(HistogramLayout::lowest(slot)),
            Some(slot)
        );
        assert_eq!(
            HistogramLayout::slot(HistogramLayout::highest(slot)),
            Some(slot)
        );
    }
}

#[test]
fn an_empty_histogram_knows_nothing() {
    let empty = Histogram::new();
    assert_eq!(
        (empty.quantile(0.5), empty.mean(), empty.max()),
        (None, None, None)
    );
    assert!(empty.to_sparse().is_empty());
}

#[test]
fn a_value_out_of_range_is_counted_as_overflow_and_stays_the_maximum() {
    let mut histogram = Histogram::new();
    histogram.record(5);
    histogram.record(u64::MAX);
    assert_eq!((histogram.count(), histogram.overflow()), (2, 1));
    assert_eq!(histogram.quantile(0.5), Some(5));
    assert_eq!(histogram.quantile(1.0), Some(u64::MAX));
}

proptest! {
    #[test]
    fn quantiles_agree_with_the_reference_implementation(
        values in prop::collection::vec(0_u64..3_000_000_000, 1..300),
        quantile in 0.0_f64..=1.0,
    ) {
        let mut ours = Histogram::new();
        let mut reference = hdrhistogram::Histogram::<u64>::new_with_bounds(1, HistogramLayout::HIGHEST, 3).unwrap();
        for &value in &values {
            ours.record(value);
            reference.record(value).unwrap();
        }
        let expected = reference.value_at_quantile(quantile).min(*values.iter().max().unwrap());
        prop_assert_eq!(ours.quantile(quantile), Some(expected));
    }

    #[test]
    fn two_digits_are_kept_and_all_values(
        values in prop::collection::vec(2_048_u64..3_000_000_000, 1..300),
        quantile in 0.0_f64..=1.0,
    ) {
        let mut fine = Histogram::new();
        for value in &values {
            fine.record(*value);
        }
        let mut coarse = fine.to_sparse();
        coarse.coarsen();
        let once = coarse.clone();
        coarse.coarsen();
        prop_assert_eq!(&coarse, &once);
        let coarse = coarse.to_dense();
        prop_assert_eq!((coarse.count(), coarse.max()), (fine.count(), fine.max()));
        let (fine, coarse) = (fine.quantile(quantile).unwrap(), coarse.quantile(quantile).unwrap());
        prop_assert!((coarse as f64 / fine as f64 - 1.0).abs() < 0.011, "{} {}", coarse, fine);
    }

    #[test]
    fn merging_in_any_grouping_gives_the_same_histogram(
        values in prop::collection::vec(any::<u64>(), 0..200),
        split in 0_usize..200,
    ) {
        let mut whole = Histogram::new();
        let (mut left, mut right) = (Histogram::new(), Histogram::new());
        for (index, &value) in values.iter().enumerate() {
            whole.record(value);
            if index < split { left.record(value) } else { right.record(value) }
        }
        let mut dense = right.clone();
        dense.merge(&left);
        let mut sparse = Histogram::new();
        sparse.merge_sparse(&left.to_sparse());
        sparse.merge_sparse(&right.to_sparse());
        prop_assert_eq!(&dense, &whole);
        prop_assert_eq!(&sparse, &whole);
        let mut absorbed = left.to_sparse();
        absorbed.absorb(&right.to_sparse());
        prop_assert_eq!(absorbed, whole.to_sparse());
    }
}
