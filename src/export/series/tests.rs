//! Texts, values, documents and pictures of simulated sweeps.

use crate::analysis::{SweepFigures, SweepPlan};
use crate::export::series::samples::{list, pairs, scenario, searched, workers};
use crate::export::series::{
    CapacityDocument, SweepDocument, capacity_csv, capacity_document, capacity_text, sweep_csv,
    sweep_document, sweep_text,
};
use crate::export::{write_capacity_folder, write_sweep_folder};
use crate::scenario::{Parameter, Sweep};

#[test]
fn a_sweep_of_workers_is_told_with_its_laws_and_drawn() {
    let plan = workers();
    let figures = SweepFigures::of(&plan);
    let text = sweep_text(&plan, &figures);
    for words in [
        "Goodput\nworkers  threads ×N",
        "Cost per 1k tasks\n",
        "'threads ×N': Amdahl's law: contention ",
        "not to be read beyond 32 workers",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let csv = sweep_csv(&figures).unwrap();
    assert!(
        csv.starts_with("Workers,candidate,rounds,measure,value,low,high\n1,threads ×N,3,goodput,"),
        "{csv}"
    );
    assert!(csv.contains("\n16,'=others,3,cost_per_1k,"));
    let document = serde_json::to_value(sweep_document(&plan, &figures)).unwrap();
    assert_eq!(document["schema"], "poolscope.sweep/1");
    assert_eq!(document["points"][4]["settings"][0], 16);
    assert!(document["points"][0]["figures"][0]["goodput"]["low"].is_number());
    assert!(document["scaling"][0]["amdahl"]["contention"]["value"].is_number());
    let folder = tempfile::tempdir().unwrap();
    let written = write_sweep_folder(folder.path(), &plan, &figures, Some("k7")).unwrap();
    for name in [
        "goodput.svg",
        "goodput_dark.png",
        "speed_up.svg",
        "efficiency.png",
    ] {
        assert!(
            written
                .iter()
                .any(|path| path.ends_with(format!("charts/{name}"))),
            "{name}: {written:?}"
        );
    }
    let speedup = std::fs::read_to_string(folder.path().join("charts/speed_up.svg")).unwrap();
    for words in ["Speed-up", "ideal", "not to be read beyond", "fill-opacity"] {
        assert!(speedup.contains(words), "{words}");
    }
}

#[test]
fn two_parameters_make_heat_maps_on_one_scale() {
    let plan = pairs();
    let figures = SweepFigures::of(&plan);
    assert!(figures.planes().is_empty() && figures.crossings.is_empty());
    let heats = figures.heats();
    assert_eq!(heats.len(), 6);
    let first = &heats[0];
    assert_eq!((first.columns.len(), first.rows.len()), (3, 2));
    assert_eq!(first.axes, ["clients", "workers"]);
    let value = |row: usize, column: usize| first.cells[row][column].as_ref().unwrap().0;
    assert!(value(1, 0) > value(0, 0) && value(0, 0) > value(0, 2));
    assert_eq!(first.ends, heats[1].ends);
    let folder = tempfile::tempdir().unwrap();
    let written = write_sweep_folder(folder.path(), &plan, &figures, Some("k7")).unwrap();
    assert!(
        written
            .iter()
            .any(|path| path.ends_with("charts/goodput_2.png")),
        "{written:?}"
    );
}

#[test]
fn a_search_is_told_with_every_rate_and_drawn_with_the_objective() {
    let plan = searched();
    let figures = plan.figures();
    let text = capacity_text(&plan, &figures);
    for words in [
        "candidate   capacity",
        "undecided",
        "'threads ×4' keeps the objectives up to ",
        "The objective on goodput is left out",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let csv = capacity_csv(&plan, &figures).unwrap();
    assert!(
        csv.starts_with("candidate,rate_per_sec,objectives,visits,response_time_p95_nanos,"),
        "{csv}"
    );
    let document = serde_json::to_value(capacity_document(&plan, &figures)).unwrap();
    assert_eq!(document["candidates"][0]["end"], "found");
    let folder = tempfile::tempdir().unwrap();
    write_capacity_folder(folder.path(), &plan, &figures, Some("k7")).unwrap();
    let svg = std::fs::read_to_string(folder.path().join("charts/capacity.svg")).unwrap();
    for words in ["objective 60.0 ms", "capacity of threads ×4"] {
        assert!(svg.contains(words), "{words}");
    }
}

/// The schema of `T` as `assets` keeps it under `name`; written anew if that is asked for.
fn kept_schema<T: schemars::JsonSchema>(name: &str) -> serde_json::Value {
    let path = format!("{}/assets/{name}", env!("CARGO_MANIFEST_DIR"));
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let generated = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == generated,
        "run with UPDATE_EXPECT=1 to write assets/{name} anew"
    );
    serde_json::from_str(&kept).unwrap()
}

/// What of `document` is not as `schema` says.
fn errors(schema: &serde_json::Value, document: &serde_json::Value) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors = validator.iter_errors(document);
    errors
        .map(|error| format!("{}: {error}", error.instance_path))
        .collect()
}

#[test]
fn the_schema_of_sweeps_is_that_of_the_types_and_documents_follow_it() {
    let schema = kept_schema::<SweepDocument>("sweep.schema.json");
    let nothing_yet = Sweep::of(Parameter::Workers, list(&[1.0, 2.0]));
    let nothing_yet = SweepPlan::new(&scenario(), &nothing_yet, 7).unwrap();
    for plan in [workers(), nothing_yet] {
        let figures = SweepFigures::of(&plan);
        let mut document = serde_json::to_value(sweep_document(&plan, &figures)).unwrap();
        assert_eq!(errors(&schema, &document), Vec::<String>::new());
        document["points"][0]["rounds"] = "three".into();
        assert_eq!(errors(&schema, &document).len(), 1);
    }
}

#[test]
fn the_schema_of_searches_is_that_of_the_types_and_documents_follow_it() {
    let schema = kept_schema::<CapacityDocument>("capacity.schema.json");
    let plan = searched();
    let document = capacity_document(&plan, &plan.figures());
    let mut document = serde_json::to_value(document).unwrap();
    assert_eq!(errors(&schema, &document), Vec::<String>::new());
    document["candidates"][0]["probes"][0]["rate_per_sec"] = serde_json::Value::Null;
    assert_eq!(errors(&schema, &document).len(), 1);
}
