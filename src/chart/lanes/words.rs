//! What the lanes say of themselves: title, caption, and what a reader must know.

use crate::chart::Lanes;
use crate::units::text;

impl Lanes {
    /// As it stands above the picture.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        if self.has_workers {
            "What each worker did"
        } else {
            "What was under way at once"
        }
    }

    /// How many lanes are drawn, of how many, and what they are.
    fn told_lanes(&self) -> String {
        let drawn = self.lanes.len();
        let (one, many) = if self.has_workers {
            ("worker", "workers")
        } else {
            ("place", "places")
        };
        let counted = text::counted((drawn + self.lanes_hidden) as u64, one, many);
        let counted = if self.lanes_hidden > 0 {
            format!("the first {drawn} of {counted}")
        } else {
            counted
        };
        if self.has_workers {
            counted
        } else {
            format!("{counted} (tasks under way at once, not workers)")
        }
    }

    /// What exactly is drawn.
    #[must_use]
    pub fn caption(&self) -> String {
        let begin = self
            .stretch
            .from_nanos
            .saturating_sub(self.measure_start_nanos);
        let length = self.stretch.until_nanos - self.stretch.from_nanos;
        let words = format!(
            "{}; {} from {} after the measurement's begin; {} tasks on workers at once in the mean",
            self.told_lanes(),
            text::nanos(length as f64),
            text::nanos(begin as f64),
            text::number(self.under_way),
        );
        if let Some(on_cpu) = self.on_cpu {
            return format!("{words}, {} of them on CPU", text::number(on_cpu));
        }
        words
    }

    /// What a reader must know: what was dropped, and what lanes are.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.stretch.dropped > 0 {
            let dropped = text::counted(self.stretch.dropped, "part", "parts");
            remarks.push(format!(
                "{dropped} of tasks were not kept: gaps may not be idle"
            ));
        }
        if self.lanes_hidden > 0 {
            let more = text::counted(self.lanes_hidden as u64, "more lane", "more lanes");
            remarks.push(format!("{more} are not drawn"));
        }
        if !self.has_workers && !self.lives.is_empty() {
            remarks.push(
                "This back end does not tell which worker executed a task: a lane is a place among those under way at once"
                    .to_owned(),
            );
        }
        remarks
    }
}
