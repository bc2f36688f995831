//! What is told under the pointer.

use super::*;
use crate::chart::{Along, Series, Stroke};

fn series(candidate: usize, name: &str, points: &[[f64; 2]]) -> Series {
    Series {
        candidate,
        name: name.to_owned(),
        label: name.to_owned(),
        detail: "",
        stroke: Stroke::Solid,
        runs: vec![points.to_vec()],
    }
}

fn diagram() -> Diagram {
    Diagram {
        slug: "sample",
        title: "Sample",
        caption: String::new(),
        warning: None,
        x: Along::Plain,
        x_name: "workers",
        y: Along::Plain,
        y_name: "times as much",
        reach: None,
        series: vec![
            series(0, "a", &[[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]]),
            series(1, "b", &[[1.0, 11.0], [4.0, 44.0]]),
        ],
    }
}

#[test]
fn between_measured_places_those_of_the_next_one_are_told_and_its_place_with_them() {
    let diagram = diagram();
    let points = DiagramPoints {
        dots: true,
        ..DiagramPoints::of(&diagram)
    };
    let told = |x| points.values_at(x, &diagram).unwrap();
    assert_eq!(told(3.4), "4.00\na  40.0\nb  44.0");
    assert_eq!(
        told(2.2),
        "2.00\na  20.0",
        "the other was not measured there"
    );
}

#[test]
fn along_a_line_the_values_are_those_under_the_pointer() {
    let diagram = diagram();
    let points = DiagramPoints::of(&diagram);
    let told = points.values_at(3.4, &diagram).unwrap();
    assert!(told.starts_with("3.40\n"), "{told}");
    assert_eq!(points.values_at(9.0, &diagram), None);
}
