//! Synthetic runs and what is written of them.

mod support;

#[test]
fn the_books_of_every_synthetic_block_balance() {
    for run in [
        support::sample_run(),
        support::finished_run(),
        support::batch_run(),
        support::repeated_run(),
    ] {
        for block in &run.blocks {
            assert_eq!(block.violation, None);
            assert_eq!(block.snapshots_lost, 0);
        }
    }
    let sample = support::sample_run();
    assert!(
        sample.blocks[0].counts().dropped > 100,
        "the sequential candidate drops"
    );
    assert!(
        sample.blocks[0].counts().cancelled > 0,
        "and some of its tasks are cut"
    );
    assert_eq!(sample, support::sample_run());
}
