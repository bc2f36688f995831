//! Repeatable randomness: a generator that is a function of a seed and a number only.
//!
//! `SplitMix64` (Steele, Lea, Flood 2014). It is ours because the same seed must give the same work on
//! every version and machine, which general random number crates do not promise across releases.

/// A stream of numbers that depends on nothing but how it was made.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The stream number `stream` of `seed`; neighbouring streams are independent.
    #[must_use]
    pub const fn new(seed: u64, stream: u64) -> Self {
        // Mixed twice, so that (seed, stream) and (seed + 1, stream - 1) do not meet.
        Self(mix(mix(seed) ^ stream.wrapping_mul(0xd6e8_feb8_6659_fd93)))
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// Uniform in [0, 1), with 53 bits.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        // 1 - u is in (0, 1], so the logarithm is finite.
        -(1.0 - self.unit()).ln()
    }

    /// Normal with mean 0 and deviation 1 (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (2.0 * self.exponential()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_stream_give_the_same_numbers_and_others_give_others() {
        let draw = |seed, stream| {
            let mut rng = Rng::new(seed, stream);
            [rng.next_u64(), rng.next_u64()]
        };
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(1, 2), draw(2, 1));
        assert_ne!(draw(1, 2), draw(1, 3));
    }

    #[test]
    fn distributions_have_their_means() {
        let mut rng = Rng::new(7, 0);
        let n = 100_000;
        let (mut unit, mut exponential, mut normal, mut square) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..n {
            unit += rng.unit();
            exponential += rng.exponential();
            let x = rng.normal();
            normal += x;
            square += x * x;
        }
        let n = f64::from(n);
        assert!((unit / n - 0.5).abs() < 0.005);
        assert!((exponential / n - 1.0).abs() < 0.02);
        assert!((normal / n).abs() < 0.02);
        assert!((square / n - 1.0).abs() < 0.03);
    }
}
