//! Findings of synthetic runs.
