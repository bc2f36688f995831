//! The form of the prices: what resources cost, what is paid for, and the demand that is to be served.

use egui::Ui;

use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::{explained_item_ui, note_ui, remark_ui};
use crate::gui::panels::composer::typed_units::{PerSec, Share};
use crate::scenario::{CostBasis, PriceCard, Target, price_presets};
use crate::units::{Bytes, text};

/// What is paid for, without its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BasisForm {
    Consumed,
    Rented,
    Instance,
}

impl BasisForm {
    const ENTRIES: [(Self, &'static str, &'static str); 3] = [
        (
            Self::Consumed,
            "Consumed",
            "The core seconds and the memory that were used",
        ),
        (
            Self::Rented,
            "Rented",
            "Cores and memory that are set aside, used or not",
        ),
        (
            Self::Instance,
            "Instance",
            "The part of an instance that the work fills, at the price of the instance",
        ),
    ];

    const fn of(basis: CostBasis) -> Self {
        match basis {
            CostBasis::Consumed => Self::Consumed,
            CostBasis::Rented { .. } => Self::Rented,
            CostBasis::Instance { .. } => Self::Instance,
        }
    }

    /// The basis of `prices` in this form; what is rented begins as a small instance.
    fn basis(self, prices: &PriceCard) -> CostBasis {
        let (vcpus, memory) = match prices.basis {
            CostBasis::Consumed => (2.0, Bytes::from_mib(4096)),
            CostBasis::Rented { vcpus, memory } | CostBasis::Instance { vcpus, memory, .. } => {
                (vcpus, memory)
            }
        };
        match self {
            Self::Consumed => CostBasis::Consumed,
            Self::Rented => CostBasis::Rented { vcpus, memory },
            Self::Instance => CostBasis::Instance {
                per_hour: price_of_parts(prices, vcpus, memory),
                vcpus,
                memory,
            },
        }
    }
}

/// What so many cores and so much memory cost for an hour by the card, to a hundredth of a cent.
fn price_of_parts(prices: &PriceCard, vcpus: f64, memory: Bytes) -> f64 {
    let gib = memory.0 as f64 / Bytes::from_mib(1024).0 as f64;
    let price = vcpus * prices.per_vcpu_hour + gib * prices.per_gib_hour;
    (price * 1e4).round() / 1e4
}

/// What resources cost.
pub(super) fn prices_ui(ui: &mut Ui, form: &mut Form<'_>, prices: &mut PriceCard) {
    let owner = Owner::new("prices", "");
    presets_ui(ui, form, prices);
    form.line(
        ui,
        &owner.field("currency", "Currency", "Three letters, such as USD"),
        &mut prices.currency,
        "USD",
    );
    let hint = "One virtual core for an hour";
    form.plain_value(
        ui,
        &owner.field("per_vcpu_hour", "Per vCPU-hour", hint),
        &mut prices.per_vcpu_hour,
    );
    let hint = "One GiB of memory for an hour";
    form.plain_value(
        ui,
        &owner.field("per_gib_hour", "Per GiB-hour", hint),
        &mut prices.per_gib_hour,
    );
    basis_ui(ui, form, &owner, prices);
    target_ui(ui, form, &owner, &mut prices.target);
    let hint = "Of which day the prices are";
    form.line(
        ui,
        &owner.named("date", "Date", hint, "Date of the prices"),
        &mut prices.date,
        "such as 2026-11-21",
    );
    let hint = "Where the prices come from";
    form.prose(
        ui,
        &owner.field("source", "Source of the prices", hint),
        &mut prices.source,
        "price list",
    );
    form.rest(ui, "prices");
}

/// The prices that come along; the demand that is to be served stays.
fn presets_ui(ui: &mut Ui, form: &mut Form<'_>, prices: &mut PriceCard) {
    let same = |card: &PriceCard| {
        PriceCard {
            target: prices.target,
            ..card.clone()
        } == *prices
    };
    let current = price_presets()
        .iter()
        .find(|preset| same(&preset.card))
        .map_or("Choose prices that come along", |preset| &preset.name);
    let mut chosen = None;
    form.add_menu(ui, current, "Prices that come along", |ui| {
        for preset in price_presets() {
            if explained_item_ui(
                ui,
                preset.name == current,
                &preset.name,
                &summary(&preset.card),
            ) {
                chosen = Some(&preset.card);
            }
        }
    });
    if let Some(card) = chosen {
        *prices = PriceCard {
            target: prices.target,
            ..card.clone()
        };
        form.drafts.clear();
    }
}

fn basis_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, prices: &mut PriceCard) {
    remark_ui(ui, "Paid for");
    // Over the whole width: three of them have no room beside a label.
    let field = owner.named("basis", "", "", "Basis");
    let current = BasisForm::of(prices.basis);
    if let Some(to) = form.choice(ui, &field, current, &BasisForm::ENTRIES) {
        prices.basis = to.basis(prices);
    }
    let (vcpus, memory) = match &mut prices.basis {
        CostBasis::Consumed => return,
        CostBasis::Rented { vcpus, memory } => (vcpus, memory),
        CostBasis::Instance {
            per_hour,
            vcpus,
            memory,
        } => {
            let hint = "One instance for an hour";
            let field = owner.named("basis.per_hour", "Per hour", hint, "Price of an instance");
            form.plain_value(ui, &field, per_hour);
            (vcpus, memory)
        }
    };
    let hint = "How many virtual cores are paid for";
    let field = owner.named("basis.vcpus", "vCPUs", hint, "Rented vCPUs");
    form.value(ui, &field, vcpus);
    let hint = "How much memory is paid for";
    let field = owner.named("basis.memory", "Memory", hint, "Rented memory");
    form.value(ui, &field, memory);
    if matches!(prices.basis, CostBasis::Instance { .. }) {
        note_ui(
            ui,
            "The prices of cores and memory above then only divide the price of the instance into its two parts",
        );
    }
}

fn target_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, target: &mut Option<Target>) {
    /// As operators usually plan: a third more demand still fits.
    const HEADROOM_RATIO: f64 = 0.3;
    let hint = "Good tasks per second that are to be served: says how many instances that needs, and what they cost \
                in a month";
    let field = owner.named("target.rate_per_sec", "Target rate", hint, "Target rate");
    let mut rate = target.map(|target| PerSec(target.rate_per_sec));
    form.optional(ui, &field, &mut rate, "none");
    let headroom_ratio = target.map_or(HEADROOM_RATIO, |target| target.headroom_ratio);
    *target = rate.map(|PerSec(rate_per_sec)| Target {
        rate_per_sec,
        headroom_ratio,
    });
    if let Some(target) = target {
        let hint = "Share of each instance that is kept free";
        let field = owner.field("target.headroom_ratio", "Headroom", hint);
        let mut share = Share(target.headroom_ratio);
        form.value(ui, &field, &mut share);
        target.headroom_ratio = share.0;
    } else {
        remark_ui(
            ui,
            "With a target rate a run tells how many instances it needs",
        );
    }
}

/// What the folded section says.
pub(super) fn summary(prices: &PriceCard) -> String {
    let currency = &prices.currency;
    let per_vcpu = text::given(prices.per_vcpu_hour);
    let mut told = match prices.basis {
        CostBasis::Consumed => format!("{per_vcpu} {currency} per vCPU-hour, consumed"),
        CostBasis::Rented { .. } => format!("{per_vcpu} {currency} per vCPU-hour, rented"),
        CostBasis::Instance { per_hour, .. } => {
            format!("{} {currency} per instance-hour", text::given(per_hour))
        }
    };
    if let Some(target) = prices.target {
        told = format!("{told}, for {} /s", text::given(target.rate_per_sec));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_paid_for_changes_there_and_back_and_keeps_its_size() {
        let mut prices = PriceCard::default();
        for (form, ..) in BasisForm::ENTRIES {
            prices.basis = form.basis(&prices);
            assert_eq!(BasisForm::of(prices.basis), form);
        }
        // 2 × 0.04 + 4 × 0.005.
        let small = CostBasis::Instance {
            per_hour: 0.1,
            vcpus: 2.0,
            memory: Bytes::from_mib(4096),
        };
        assert_eq!(prices.basis, small);
        assert_eq!(summary(&prices), "0.1 USD per instance-hour");
        prices.basis = BasisForm::Rented.basis(&prices);
        assert!(
            matches!(prices.basis, CostBasis::Rented { vcpus, .. } if (vcpus - 2.0).abs() < 1e-9)
        );
    }
}
