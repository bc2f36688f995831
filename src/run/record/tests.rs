//! What a record promises: all comes back, also of a file that was cut, and no bytes make it stumble.

use std::io::Cursor;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::support;

/// The bytes of a record of `run`, closed if it has ended.
fn bytes_of(run: &Run) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let mut writer = RecordWriter::create(&path, &Header::of_run(run)).unwrap();
    writer.whole_run(&Step::default(), run).unwrap();
    if run.ended {
        writer.close(&Closing::of([run], run.stopped)).unwrap();
    }
    std::fs::read(&path).unwrap()
}

fn read(bytes: &[u8]) -> Result<Record, RecordError> {
    Record::read_from(Cursor::new(bytes), Path::new("a.poolscope-run"))
}

/// A small run: two candidates for a moment.
fn small_run() -> Run {
    let mut scenario = support::scenario();
    scenario.candidates.truncate(2);
    scenario.protocol.measure = crate::units::Nanos::from_millis(500);
    scenario.protocol.warm_up = crate::units::Nanos::from_millis(200);
    support::run_of(&crate::run::RunRequest::all_of(scenario))
}

fn without_revision(run: &Run) -> Run {
    Run {
        revision: 0,
        ..run.clone()
    }
}

#[test]
fn a_run_comes_back_as_it_was() {
    let stopped = true;
    let mut stopped_run = support::sample_run();
    stopped_run.apply(crate::run::Event::RunEnded { stopped });
    for (run, expected) in [
        (support::finished_run(), Completeness::Whole),
        (support::repeated_run(), Completeness::Whole),
        (support::batch_run(), Completeness::Whole),
        (support::drill::run(), Completeness::Whole),
        (
            support::noisy::noisy_run(1, 3, &[1.0, 1.2]),
            Completeness::Whole,
        ),
        // A time line that has lost resolution.
        (
            support::run_of(&crate::run::RunRequest::all_of(support::slow_scenario())),
            Completeness::Whole,
        ),
        (stopped_run, Completeness::Stopped),
        (support::sample_run(), Completeness::Cut),
        (support::waiting_run(), Completeness::Cut),
    ] {
        let record = read(&bytes_of(&run)).unwrap();
        assert_eq!(record.completeness, expected);
        assert_eq!(record.run(), Some(&without_revision(&run)));
        assert_eq!(record.steps[0].0, Step::default());
        assert_eq!(record.title(), run.request.scenario.title);
    }
}

#[test]
fn a_file_that_was_cut_opens_with_the_whole_frames_before_the_cut() {
    let run = small_run();
    let bytes = bytes_of(&run);
    let whole = read(&bytes).unwrap();
    let mut blocks_seen = std::collections::BTreeSet::new();
    let mut frames = frame::Frames::new(Cursor::new(&bytes), Path::new("run")).unwrap();
    let mut ends = vec![frames.at()];
    while let frame::Next::Frame(frame) = frames.next().unwrap() {
        ends.push(frame.end());
    }
    // Exactly between two frames, one byte before and behind, and here and there within them.
    let near = ends.iter().flat_map(|&end| [end - 1, end, end + 1]);
    let within = (0..bytes.len() as u64).step_by(23);
    let mut lengths: Vec<usize> = near.chain(within).map(|at| at as usize).collect();
    lengths.retain(|&length| length < bytes.len());
    lengths.sort_unstable();
    for length in lengths {
        let record = match read(&bytes[..length]) {
            Ok(record) => record,
            Err(error) => {
                assert!(matches!(error, RecordError::Empty { .. }), "{error}");
                assert!(blocks_seen.is_empty(), "only the beginning is nothing");
                continue;
            }
        };
        assert_eq!(record.completeness, Completeness::Cut);
        assert_eq!(record.header, whole.header);
        let Some(run) = record.run() else {
            blocks_seen.insert(None);
            continue;
        };
        blocks_seen.insert(Some(run.blocks_ended()));
        for (block, all) in run.blocks.iter().zip(&whole.run().unwrap().blocks) {
            assert!(block == all || block.state == crate::run::BlockState::Waiting);
        }
    }
    assert_eq!(
        blocks_seen.into_iter().collect::<Vec<_>>(),
        [None, Some(0), Some(1), Some(2)]
    );
}

#[test]
fn zeros_at_the_end_are_a_cut_as_a_loss_of_power_leaves_them() {
    let mut bytes = bytes_of(&support::sample_run());
    bytes.extend([0; 4_096]);
    let record = read(&bytes).unwrap();
    assert_eq!(record.completeness, Completeness::Cut);
    assert_eq!(record.run().unwrap().blocks_ended(), 4);
}

#[test]
fn every_flipped_byte_is_noticed_and_the_error_says_where() {
    let bytes = bytes_of(&small_run());
    let whole = read(&bytes).unwrap();
    for place in (0..bytes.len()).step_by(7) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 0x20;
        match read(&flipped) {
            Ok(record) => panic!("byte {place}: {}", record == whole),
            Err(
                RecordError::Damaged { at, .. }
                | RecordError::Content { at, .. }
                | RecordError::TooLarge { at, .. },
            ) => assert!(at <= place as u64),
            Err(RecordError::Foreign { .. }) => assert!(place < MAGIC.len()),
            Err(RecordError::Newer { .. }) => assert!((14..16).contains(&place)),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_newer_file_and_a_foreign_one_are_said_to_be() {
    let mut newer = bytes_of(&support::waiting_run());
    newer[14] = VERSION.to_le_bytes()[0] + 1;
    let text = read(&newer).unwrap_err().to_string();
    assert!(text.contains("update poolscope"), "{text}");
    let text = read(b"PK\x03\x04 some archive").unwrap_err().to_string();
    assert!(text.contains("no run of poolscope"), "{text}");
    assert!(matches!(read(b""), Err(RecordError::Empty { at: 0, .. })));
}

#[test]
fn a_frame_that_promises_less_than_it_holds_is_refused_before_it_fills_the_memory() {
    // A megabyte of zeros deflates to a thousand bytes; the head says that it is ten.
    let mut frame = frame::frame(Kind::Header, &"0".repeat(1 << 20)).unwrap();
    frame[8..12].copy_from_slice(&10_u32.to_le_bytes());
    let check = crc32fast::hash(&frame[..16]);
    frame[16..20].copy_from_slice(&check.to_le_bytes());
    let bytes = [frame::file_head().to_vec(), frame.clone()].concat();
    let text = read(&bytes).unwrap_err().to_string();
    assert!(text.contains("does not inflate to its length"), "{text}");
    frame[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    let check = crc32fast::hash(&frame[..16]);
    frame[16..20].copy_from_slice(&check.to_le_bytes());
    let bytes = [frame::file_head().to_vec(), frame].concat();
    let text = read(&bytes).unwrap_err().to_string();
    assert!(text.contains("too large"), "{text}");
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let run = small_run();
    let begin = |run: &Run, change: &dyn Fn(&mut Begin)| {
        let request = &run.request;
        let mut begin = Begin {
            step: Step::default(),
            scenario: crate::scenario::to_text(&request.scenario),
            candidates: request.candidates.clone(),
            seed: 1,
            started_unix_secs: 2,
            plan: request.plan(),
        };
        change(&mut begin);
        frame::frame(Kind::Begin, &begin).unwrap()
    };
    let block = |index: usize| {
        let content = serde_json::json!({"index": index, "block": run.blocks[0]});
        frame::frame(Kind::Block, &content).unwrap()
    };
    let head = [
        frame::file_head().to_vec(),
        frame::frame(Kind::Header, &Header::of_run(&run)).unwrap(),
    ]
    .concat();
    let usual = begin(&run, &|_| {});
    for (frames, expected) in [
        (vec![block(0)], "a block comes before a step"),
        (vec![usual.clone(), block(7)], "no block 7"),
        (
            vec![usual.clone(), block(1)],
            "not the one that was planned",
        ),
        (
            vec![begin(&run, &|begin| begin.candidates = vec![0, 99])],
            "no candidate 99",
        ),
        (
            vec![begin(&run, &|begin| begin.plan[0].repeat = u32::MAX)],
            "repeats more often",
        ),
        (
            vec![begin(&run, &|begin| begin.candidates = vec![0, 1, 0])],
            "a candidate twice",
        ),
        (
            vec![begin(&run, &|begin| begin.plan[0].candidate = 99)],
            "no candidate 99",
        ),
        (
            vec![begin(&run, &|begin| {
                begin.plan = vec![begin.plan[0]; 10_000];
            })],
            "plans 10000 blocks",
        ),
        (
            vec![begin(&run, &|begin| begin.scenario = "(".to_owned())],
            "scenario cannot be read",
        ),
        (
            vec![frame::frame(Kind::Header, &Header::of_run(&run)).unwrap()],
            "second header",
        ),
        (
            vec![frame::frame(Kind::End, &End { stopped: false }).unwrap()],
            "never began",
        ),
    ] {
        let bytes = [head.clone(), frames.concat()].concat();
        let text = read(&bytes).unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn the_last_remarks_hold_and_a_cut_file_takes_them_after_its_last_whole_frame() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let bytes = bytes_of(&support::sample_run());
    std::fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
    let mut meta = Meta {
        name: "The night of the outage".to_owned(),
        tags: vec!["outage".to_owned()],
        note: "The third block was cut.\nSee the minutes.".to_owned(),
    };
    RecordWriter::resume(&path).unwrap().meta(&meta).unwrap();
    meta.tags.push("prod".to_owned());
    RecordWriter::resume(&path).unwrap().meta(&meta).unwrap();
    let record = Record::read(&path).unwrap();
    assert_eq!((&record.meta, record.title()), (&meta, &*meta.name));
    assert_eq!(record.completeness, Completeness::Cut);
    assert_eq!(record.run().unwrap().blocks_ended(), 3);
    let head = Head::read(&path).unwrap();
    assert_eq!((head.meta.clone(), head.blocks), (meta, 3));
    assert_eq!((head.closing, head.is_live), (None, false));
}

#[test]
fn a_file_has_one_writer_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let run = small_run();
    let mut writer = RecordWriter::create(&path, &Header::of_run(&run)).unwrap();
    assert!(Head::read(&path).unwrap().is_live);
    assert!(matches!(
        RecordWriter::resume(&path),
        Err(RecordError::Busy { .. })
    ));
    writer.whole_run(&Step::default(), &run).unwrap();
    writer.close(&Closing::of([&run], false)).unwrap();
    drop(writer);
    let head = Head::read(&path).unwrap();
    assert!(!head.is_live);
    assert_eq!(head.completeness, Completeness::Whole);
    let closing = head.closing.unwrap();
    assert_eq!((closing.blocks_planned, closing.blocks_ended), (2, 2));
    assert!(matches!(
        RecordWriter::create(&path, &Header::of_run(&run)),
        Err(RecordError::Io { .. })
    ));
}

#[test]
fn what_nobody_writes_any_more_is_shown_as_ended_and_what_somebody_writes_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let run = support::sample_run();
    let mut writer = RecordWriter::create(&path, &Header::of_run(&run)).unwrap();
    writer.whole_run(&Step::default(), &run).unwrap();
    let shown = || Record::open(&path).unwrap().steps.remove(0).1;
    assert!(!shown().ended);
    drop(writer);
    let shown = shown();
    assert!(shown.ended && shown.stopped);
    assert_eq!(shown.blocks, run.blocks);
}

#[test]
fn a_sweep_that_was_stopped_goes_on_in_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sweep");
    let run = small_run();
    let request = &run.request;
    let header = Header::new(
        RecordKind::Sweep,
        &request.scenario,
        &request.candidates,
        7,
        run.started_unix_secs,
    );
    let step = |point: usize| Step {
        point,
        coordinates: vec![0.1 * point as f64, 1.0 / 3.0],
        round: 1,
    };
    let mut writer = RecordWriter::create(&path, &header).unwrap();
    writer.whole_run(&step(0), &run).unwrap();
    writer.close(&Closing::of([&run], true)).unwrap();
    drop(writer);
    assert_eq!(
        Record::read(&path).unwrap().completeness,
        Completeness::Stopped
    );
    let mut writer = RecordWriter::resume(&path).unwrap();
    writer.begin(&step(1), &run).unwrap();
    assert_eq!(Record::read(&path).unwrap().completeness, Completeness::Cut);
    assert_eq!(Head::read(&path).unwrap().completeness, Completeness::Cut);
    for (index, block) in run.blocks.iter().enumerate() {
        writer.block(index, block).unwrap();
    }
    writer.end(false).unwrap();
    writer.close(&Closing::of([&run, &run], false)).unwrap();
    let record = Record::read(&path).unwrap();
    assert_eq!(record.completeness, Completeness::Whole);
    let expected: Vec<_> = [0, 1]
        .map(|point| (step(point), without_revision(&run)))
        .into();
    assert_eq!(record.steps, expected);
    assert_eq!(record.header, header);
}

#[test]
fn blocks_of_any_shape_in_files_of_any_version_never_make_a_reader_stumble() {
    for json in [
        serde_json::json!(null),
        serde_json::json!([1, 2]),
        serde_json::json!({"index": 0, "block": {"last": 7, "timeline": []}}),
        serde_json::json!({"index": 0, "block": {"last": {}, "timeline": {"intervals": [1, null, "x", []]}}}),
    ] {
        for version in 1..=VERSION {
            let mut bytes = bytes_of(&support::waiting_run());
            bytes[14..16].copy_from_slice(&version.to_le_bytes());
            bytes.extend(frame::frame(Kind::Block, &json).unwrap());
            let error = read(&bytes).unwrap_err();
            assert!(
                matches!(error, RecordError::Content { frame: 3, .. }),
                "{error}"
            );
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_make_a_reader_stumble(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        heads in 0_usize..3,
    ) {
        let begin = [
            frame::file_head().to_vec(),
            frame::frame(Kind::Header, &Header::of_run(&support::waiting_run())).unwrap(),
        ];
        let all = [begin[..heads].concat(), bytes].concat();
        let _ = read(&all);
    }

    #[test]
    fn frames_of_arbitrary_text_never_make_a_reader_stumble(
        kind in 1_u8..7,
        version in 1..=VERSION,
        texts in proptest::collection::vec("[\\[\\]{}\":,0-9a-z]{0,60}", 0..4),
    ) {
        let mut all = [
            frame::file_head().to_vec(),
            frame::frame(Kind::Header, &Header::of_run(&support::waiting_run())).unwrap(),
        ]
        .concat();
        all[14..16].copy_from_slice(&version.to_le_bytes());
        for text in texts {
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
                all.extend(frame::frame(Kind::of(kind).unwrap(), &value).unwrap());
            }
        }
        let _ = read(&all);
    }
}

#[test]
fn the_header_of_a_series_names_the_candidates_that_it_measures() {
    let mut scenario = crate::support::scenario();
    let all = scenario.candidate_names();
    let mut sweep = crate::scenario::Sweep::of(
        crate::scenario::Parameter::Clients,
        crate::scenario::Values::List(vec![8.0.into()]),
    );
    let named = |scenario: &crate::scenario::Scenario| {
        Header::of_series(RecordKind::Sweep, scenario, 0).candidates
    };
    scenario.sweep = Some(sweep.clone());
    assert_eq!(named(&scenario), all, "all, where none is named");
    sweep.candidates = vec![all[2].clone(), all[1].clone()];
    scenario.sweep = Some(sweep);
    assert_eq!(named(&scenario), all[1..3], "in the scenario's order");
}
