//! Where the parts of the window stand. Layout only: no effects, no figures.

use egui::{CentralPanel, Frame, Key, Panel, Rect, RichText, ScrollArea, Ui};

use crate::export::BoardParts;
use crate::gui::app::regions::Part;
use crate::gui::app::{App, Measurement, Page, SidebarTab};
use crate::gui::panels::board::BoardView;
use crate::gui::panels::comparison::ComparisonView;
use crate::gui::panels::export_dialog::{ExportView, export_dialog_ui};
use crate::gui::panels::library::LibraryView;
use crate::gui::panels::machine::MachineView;
use crate::gui::panels::menus::menus_ui;
use crate::gui::panels::plan::plan_ui;
use crate::gui::panels::preferences::PreferencesView;
use crate::gui::panels::results::ResultsView;
use crate::gui::panels::runs::RunsView;
use crate::gui::panels::series::SeriesView;
use crate::gui::panels::start::StartView;
use crate::gui::panels::tabs::tabs_ui;
use crate::gui::panels::toolbar::{ToolbarView, toolbar_ui};
use crate::gui::theme::{self, space};
use crate::gui::widgets::{FollowFocus as _, PanelEdge, Spot, mark_spot};
use crate::session::LocalSettings;

/// Width of the left panel at the start, in points: a form of labels and fields.
const SIDEBAR_WIDTH: f32 = 372.0;
/// Narrower forms break, in points.
const SIDEBAR_MIN_WIDTH: f32 = 300.0;
/// Wider leaves too little for the charts, in points.
const SIDEBAR_MAX_WIDTH: f32 = 620.0;
/// The edge between the left panel and the page.
const SIDEBAR_EDGE: PanelEdge = PanelEdge {
    salt: "sidebar",
    name: "Width of the left panel",
    keys: [Key::ArrowLeft, Key::ArrowRight],
    hint: "Drag to make the left panel wider or narrower; by keyboard, ← and →",
};
/// The edge between the charts and the results.
const RESULTS_EDGE: PanelEdge = PanelEdge {
    salt: "results",
    name: "Height of the results",
    keys: [Key::ArrowDown, Key::ArrowUp],
    hint: "Drag to make the results higher or lower; by keyboard, ↑ and ↓",
};
/// Height of the results at the start, in points: a table of four candidates and the verdict, and more of it where
/// the charts leave room.
const RESULTS_HEIGHTS: std::ops::RangeInclusive<f32> = 242.0..=420.0;
/// The part of the window that the results have at the start within that.
const RESULTS_RATIO: f32 = 0.36;
/// The part of the window that the results have at the most when they come back as they were left.
const RESULTS_MOST: f32 = 0.7;
/// The header and one row, in points.
const RESULTS_MIN_HEIGHT: f32 = 90.0;
/// In less height below the bars there is no room for a chart with what stands above it and for a table of results, in
/// points.
const LOW: f32 = 480.0;

impl App {
    /// Draws the whole window.
    pub(super) fn show(&mut self, ui: &mut Ui) {
        let palette = theme::palette(ui);
        self.is_dark = ui.visuals().dark_mode;
        self.regions.begin();
        self.bars_ui(ui);
        if self.settings.results && self.page() == Page::Charts {
            let results = if ui.available_height() < LOW {
                self.low_results_ui(ui)
            } else {
                self.high_results_ui(ui)
            };
            mark_spot(ui, Spot::Results, results);
            self.regions.note(Part::Results, results);
        }
        if self.has_sidebar() {
            let width = self.settings.sidebar_width.map_or(SIDEBAR_WIDTH, f32::from);
            // A window that becomes narrower leaves the page as much as the panel.
            let most = ui.available_width() / 2.0;
            let most = most.clamp(SIDEBAR_MIN_WIDTH, SIDEBAR_MAX_WIDTH);
            SIDEBAR_EDGE.take_keys(ui);
            let sidebar = Panel::left(SIDEBAR_EDGE.salt)
                .default_size(width.min(most))
                .size_range(self.sidebar_range(width, most))
                .frame(theme::panel_frame(palette))
                .show(ui, |ui| self.sidebar_ui(ui));
            let rect = sidebar.response.rect;
            SIDEBAR_EDGE.ui(ui, rect.with_min_x(rect.right()));
            // What a narrow window takes from it is there again in a wide one.
            if rect.width() < most || most >= SIDEBAR_MAX_WIDTH {
                self.settings.sidebar_width = Some(rect.width().round() as u16);
            }
            self.regions.note(Part::Sidebar, rect);
        }
        let centre = CentralPanel::default()
            .frame(Frame::new().fill(palette.canvas).inner_margin(space::S))
            .show(ui, |ui| self.centre_ui(ui));
        self.export_dialog_ui(ui.ctx());
        self.regions.note(Part::Centre, centre.response.rect);
        self.palette_ui(ui.ctx());
        self.tour_ui(ui.ctx());
        if let Some(question) = &self.question {
            self.question_panel
                .ui(ui.ctx(), question, &mut self.actions);
        }
        if self.tour.is_none() {
            self.toasts.ui(ui.ctx());
        }
        drop_hint_ui(ui);
        self.regions.follow(ui.ctx(), self.page());
    }

    /// The results below the charts, as high as they were left; says where they are.
    fn high_results_ui(&mut self, ui: &mut Ui) -> Rect {
        let available = ui.available_height();
        let height = available * RESULTS_RATIO;
        let height = height.clamp(*RESULTS_HEIGHTS.start(), *RESULTS_HEIGHTS.end());
        // A small window is for charts and results alike.
        let height = height.min(available / 2.0);
        // As it was left, where the window is still high enough for it.
        let most = available * RESULTS_MOST;
        let kept = self.settings.results_height.map(f32::from);
        let height = kept.map_or(height, |kept| kept.min(most));
        RESULTS_EDGE.take_keys(ui);
        let results = Panel::bottom(RESULTS_EDGE.salt)
            .default_size(height)
            .min_size(RESULTS_MIN_HEIGHT)
            .resizable(true)
            .frame(theme::panel_frame(theme::palette(ui)))
            .show(ui, |ui| self.results_ui(ui, false));
        let rect = results.response.rect;
        RESULTS_EDGE.ui(ui, rect.with_max_y(rect.top()));
        // What a low window takes from it is there again in a high one.
        if rect.height() < most {
            self.settings.results_height = Some(rect.height().round() as u16);
        }
        rect
    }

    /// The results where there is no room for them and a chart at once: their head, or most of the height.
    fn low_results_ui(&mut self, ui: &mut Ui) -> Rect {
        let shown = self.tabs.shown();
        let panel = if shown.is_some_and(|tab| tab.results.is_unfolded()) {
            Panel::bottom("unfolded results").exact_size(ui.available_height() * RESULTS_MOST)
        } else {
            Panel::bottom("folded results")
        };
        let results = panel
            .resizable(false)
            .frame(theme::panel_frame(theme::palette(ui)))
            .show(ui, |ui| self.results_ui(ui, true));
        results.response.rect
    }

    /// As wide as the panel on the left may be made, which is `most`; exactly as wide as it was left, which is `width`,
    /// where the window has just changed: one that becomes wider again gives back what it has taken.
    fn sidebar_range(&mut self, width: f32, most: f32) -> std::ops::RangeInclusive<f32> {
        let has_changed = self.sidebar_most.replace(most) != Some(most);
        if has_changed {
            let width = width.clamp(SIDEBAR_MIN_WIDTH, most);
            return width..=width;
        }
        SIDEBAR_MIN_WIDTH..=most
    }

    fn export_dialog_ui(&mut self, ctx: &egui::Context) {
        let (Some(choice), Some(tab)) = (&self.exporting.choice, self.tabs.shown()) else {
            return;
        };
        let view = ExportView {
            choice,
            all: &BoardParts::all_of(tab.measurement.run(), tab.board.settings()),
            figures: tab.measurement.figures(),
            shown: &self.chart_settings(),
            pictures: self.settings.pictures,
            preview: &self.exporting.preview,
        };
        export_dialog_ui(ctx, &view, &mut self.actions);
    }

    fn bars_ui(&mut self, ui: &mut Ui) {
        let palette = theme::palette(ui);
        let series = self.series_of_document();
        let mut actions = std::mem::take(&mut self.actions);
        let asked = self.asked_menu.take();
        let view = ToolbarView {
            title: &self.document.scenario().title,
            path: self.document.path(),
            changed: self.document.is_changed(),
            now: self.situation(&series),
            measurement: self.in_bar(),
        };
        let bars = Panel::top("bars")
            .frame(theme::panel_frame(palette))
            .show(ui, |ui| {
                menus_ui(ui, &view.now, asked, &mut actions);
                toolbar_ui(ui, &view, &mut actions);
            });
        self.actions = actions;
        self.regions.note(Part::Bars, bars.response.rect);
    }

    fn sidebar_ui(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            for (tab, label, spot) in [
                (SidebarTab::Library, "Library", None),
                (SidebarTab::Compose, "Compose", Some(Spot::ComposeTab)),
                (SidebarTab::Runs, "Runs", Some(Spot::RunsTab)),
            ] {
                let text = RichText::new(label).text_style(theme::title_style());
                let shown = ui.selectable_label(self.tab == tab, text);
                if let Some(spot) = spot {
                    mark_spot(ui, spot, shown.rect);
                }
                if shown.clicked() {
                    self.tab = tab;
                }
            }
        });
        ui.add_space(space::XS);
        let locked = self.is_running();
        if self.tab == SidebarTab::Runs {
            // Its list and what is below it scroll by themselves.
            self.runs_ui(ui);
            return;
        }
        let mut area = ScrollArea::vertical()
            .auto_shrink(false)
            .id_salt(self.tab as u8);
        if self.tab == SidebarTab::Compose && self.composer.begins() {
            area = area.vertical_scroll_offset(0.0);
        }
        area.show_following(ui, |ui| match self.tab {
            SidebarTab::Library => {
                let view = LibraryView {
                    entries: &self.library,
                    open: self.document.bundled(),
                    recent: &self.settings.recent,
                    locked,
                };
                self.library_panel.ui(ui, &view, &mut self.actions);
            }
            SidebarTab::Compose => {
                let (scenario, problems) = (self.document.scenario(), self.document.problems());
                self.composer
                    .ui(ui, scenario, problems, locked, &mut self.actions);
            }
            SidebarTab::Runs => {}
        });
    }

    fn runs_ui(&mut self, ui: &mut Ui) {
        let origin = self.tabs.measurement().map(Measurement::origin);
        let view = RunsView {
            entries: &self.runs.entries,
            revision: self.runs.revision,
            search: &self.runs.search,
            left_out: self.runs.left_out,
            folder: self.services.runs_dir.as_deref(),
            shown: origin.as_ref().and_then(|origin| origin.path.as_deref()),
            has_shown: self.has_ended(),
            opening: self.runs.opening.as_deref(),
            changing: &self.runs.changing,
            locked: self.is_running(),
        };
        self.runs_panel.ui(ui, &view, &mut self.actions);
    }

    /// Whether a run is shown that is over.
    fn has_ended(&self) -> bool {
        let measurement = self.tabs.measurement();
        measurement.is_some_and(|measurement| measurement.run().ended)
    }

    fn series_ui(&mut self, ui: &mut Ui) {
        let scenario = self.document.scenario();
        let view = SeriesView {
            title: &scenario.title,
            has_sweep: scenario.sweep.is_some(),
            has_capacity: scenario.capacity.is_some(),
            errors: self.document.errors(),
            series: self.series.as_ref(),
            locked: self.is_running(),
        };
        self.series_panel.ui(ui, &view, &mut self.actions);
    }

    fn comparison_ui(&mut self, ui: &mut Ui) {
        let shown = self.tabs.measurement().filter(|_| self.has_ended());
        let title = shown.map(|measurement| measurement.origin().name);
        let view = ComparisonView {
            sides: &self.comparison.sides,
            candidates: self.comparison.candidates.as_ref(),
            has_candidates: self.has_candidates_to_compare(),
            comparing: &self.comparison.comparing,
            number: self.comparison.newest,
            entries: &self.runs.entries,
            shown: title.as_deref(),
            locked: self.is_running(),
        };
        self.comparison_panel.ui(ui, &view, &mut self.actions);
    }

    fn results_ui(&mut self, ui: &mut Ui, can_fold: bool) {
        let Some(tab) = self.tabs.shown_mut() else {
            return;
        };
        let measurement = &tab.measurement;
        let view = ResultsView {
            table: measurement.table(),
            figures: measurement.figures(),
            trust: measurement.trust(),
            verdict: measurement.verdict(),
            objectives: measurement.objectives(),
            state: measurement.state(),
            split: measurement.charts().split(),
            noise_floor: measurement.noise_floor(),
            run: measurement.shown(),
            can_fold,
        };
        // What is scrolled and unfolded belongs to the tab.
        ui.push_id(("results of tab", tab.number), |ui| {
            tab.results.ui(ui, &view, &mut self.actions);
        });
    }

    fn machine_ui(&mut self, ui: &mut Ui) {
        let file = self.services.settings_dir.as_deref();
        let file = file.map(LocalSettings::path);
        let view = MachineView {
            local: &self.machine.local,
            search: &self.machine.search,
            changing: &self.machine.changing,
            file: file.as_deref(),
            locked: self.is_running(),
        };
        let preferences = PreferencesView {
            settings: &self.settings,
            settings_dir: self.services.settings_dir.as_deref(),
            runs_dir: self.services.runs_dir.as_deref(),
        };
        let (machine, page) = (&mut self.machine_panel, &mut self.preferences_panel);
        let actions = &mut self.actions;
        ScrollArea::vertical()
            .auto_shrink(false)
            .id_salt("machine")
            .show_following(ui, |ui| {
                page.ui(ui, &preferences, actions);
                let typed = page.typed().to_owned();
                let any = machine.ui(ui, &view, &typed, actions);
                page.end_ui(ui, &preferences, any, actions);
            });
    }

    fn centre_ui(&mut self, ui: &mut Ui) {
        match self.page() {
            Page::Start => self.start_ui(ui),
            Page::Plan => self.plan_ui(ui),
            Page::Text => self.text_ui(ui),
            Page::Charts => self.charts_ui(ui),
            Page::Comparison => self.comparison_ui(ui),
            Page::Series => self.series_ui(ui),
            Page::Machine => self.machine_ui(ui),
        }
    }

    fn start_ui(&mut self, ui: &mut Ui) {
        let view = StartView {
            entries: &self.library,
            recent: &self.settings.recent,
            gone: &self.recent.gone,
            runs: &self.runs.entries,
            verdicts: &self.verdicts,
            listing: &self.runs.search,
            keeps_runs: self.services.runs_dir.is_some(),
            local: &self.machine.local,
            machine: &self.machine.search,
            offers_tour: !self.settings.tour_seen && self.tour.is_none(),
            locked: self.is_running(),
        };
        self.start_panel.ui(ui, &view, &mut self.actions);
    }

    fn plan_ui(&mut self, ui: &mut Ui) {
        let measured = self.tabs.measurement();
        let title = measured.map(|measured| measured.run().request.scenario.title.as_str());
        // What is scrolled and unfolded belongs to the document.
        ui.push_id(("plan of document", self.document.number()), |ui| {
            ScrollArea::vertical()
                .auto_shrink(false)
                .show_following(ui, |ui| {
                    let is_composing = self.settings.sidebar && self.tab == SidebarTab::Compose;
                    plan_ui(ui, &self.document, title, is_composing, &mut self.actions);
                });
        });
    }

    fn text_ui(&mut self, ui: &mut Ui) {
        let (text, locked) = (self.document.text(), self.is_running());
        self.text_panel.ui(ui, text, locked, &mut self.actions);
    }

    fn charts_ui(&mut self, ui: &mut Ui) {
        tabs_ui(ui, &self.tabs.labels(), &mut self.actions);
        let frame_interval = self.frame_interval();
        let Some(tab) = self.tabs.shown_mut() else {
            return;
        };
        let measurement = &tab.measurement;
        let measured = &measurement.shown().request.scenario;
        let view = BoardView {
            title: &measured.title,
            open_title: &self.document.scenario().title,
            outdated: !self.document.is_what_was_measured(measured),
            state: measurement.state(),
            is_paused: measurement.is_paused(),
            frame_interval,
            run: measurement.shown(),
            charts: measurement.charts(),
            figures: measurement.figures(),
            has_hint: !self.settings.zoom_known,
        };
        mark_spot(ui, Spot::Board, ui.max_rect());
        // Zoom and scrolling belong to the tab.
        ui.push_id(("board of tab", tab.number), |ui| {
            tab.board.ui(ui, &view, &mut self.actions);
        });
        if tab.board.was_zoomed() && !self.settings.zoom_known {
            self.settings.zoom_known = true;
            self.save_settings();
        }
    }
}

/// Says that a file may be dropped, while one hangs over the window.
fn drop_hint_ui(ui: &Ui) {
    if ui.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let palette = theme::palette(ui);
    let area = egui::Area::new(egui::Id::unique("drop hint"))
        .order(egui::Order::Foreground)
        .anchor(egui::Align2::CENTER_CENTER, egui::Vec2::ZERO);
    area.show(ui.ctx(), |ui| {
        theme::popup_frame(palette, palette.accent).show(ui, |ui| {
            ui.label(
                RichText::new("Drop to open the scenario or the run")
                    .text_style(theme::title_style()),
            );
        });
    });
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.advance(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        self.show(ui);
        let ctx = ui.ctx().clone();
        self.perform_all(&ctx);
        self.account_for_frame(&ctx, frame.info().cpu_usage);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        // Ends the runner before the files are waited for.
        self.tabs = super::tabs::RunTabs::default();
        self.finish();
    }
}
