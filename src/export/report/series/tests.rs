//! Reports of simulated sweeps and searches.
