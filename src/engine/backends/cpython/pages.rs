//! Answers to orders that travelled together to a worker process: what is the same for all of them is told once.

use std::io;

use crate::engine::backends::cpython::frames::{nonsense, records};

/// Numbers that a page begins with.
const PAGE_NUMBERS: usize = 4;

/// How orders ended whose tickets count up by one and that executed one and the same step. Failed have those whose
/// texts came before it, all others are good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    /// The ticket of the first one.
    pub(super) ticket: u64,
    /// When the caller knew of them.
    pub(super) end_nanos: u64,
    /// Processor time of all of them together.
    pub(super) on_cpu_nanos: u64,
    /// In their order.
    pub(super) rows: Vec<PageRow>,
}

/// One order of a [`Page`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageRow {
    pub(super) start_nanos: u64,
    pub(super) worker_end_nanos: u64,
    /// What the step found, of which the digest is made.
    pub(super) found: u64,
}

impl Page {
    /// The one that a frame of that payload tells.
    pub(super) fn of(payload: &[u8]) -> io::Result<Self> {
        let (head, rows) = payload
            .split_at_checked(PAGE_NUMBERS * 8)
            .ok_or_else(|| nonsense("a page without a head"))?;
        let rows: Vec<PageRow> = records(rows)?
            .map(|[start_nanos, worker_end_nanos, found]| PageRow {
                start_nanos,
                worker_end_nanos,
                found,
            })
            .collect();
        let mut head = records::<PAGE_NUMBERS>(head)?;
        match head.next() {
            Some([end_nanos, ticket, count, on_cpu_nanos]) if count == rows.len() as u64 => {
                Ok(Self {
                    ticket,
                    end_nanos,
                    on_cpu_nanos,
                    rows,
                })
            }
            _ => Err(nonsense("a page that is longer or shorter than it says")),
        }
    }

    /// The part of the orders' service times that they were on a processor; nobody knows it of each of them.
    pub(super) fn on_cpu_ratio(&self) -> f64 {
        let services = self.rows.iter().map(PageRow::service_nanos);
        let services = services.fold(0, u64::saturating_add);
        (self.on_cpu_nanos as f64 / services.max(1) as f64).min(1.0)
    }
}

impl PageRow {
    /// From its first to its last instruction.
    pub(super) const fn service_nanos(&self) -> u64 {
        self.worker_end_nanos.saturating_sub(self.start_nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(numbers: &[u64]) -> Vec<u8> {
        numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
    }

    fn row(start_nanos: u64, worker_end_nanos: u64, found: u64) -> PageRow {
        PageRow {
            start_nanos,
            worker_end_nanos,
            found,
        }
    }

    #[test]
    fn a_page_is_a_head_and_a_row_for_each_order() {
        let payload = bytes(&[30, 3, 2, 15, 10, 20, 7, 21, 26, u64::MAX]);
        let page = Page {
            ticket: 3,
            end_nanos: 30,
            on_cpu_nanos: 15,
            rows: vec![row(10, 20, 7), row(21, 26, u64::MAX)],
        };
        assert_eq!(Page::of(&payload).unwrap(), page);
        for cut in 0..payload.len() {
            assert!(Page::of(&payload[..cut]).is_err(), "{cut} bytes of it");
        }
        let longer = [payload, bytes(&[27, 29, 1])].concat();
        assert!(Page::of(&longer).is_err());
    }

    #[test]
    fn the_processor_time_of_a_page_is_shared_out_by_service_times() {
        let mut page = Page {
            ticket: 0,
            end_nanos: 100,
            on_cpu_nanos: 15,
            rows: vec![row(10, 20, 0), row(30, 50, 0)],
        };
        assert!((page.on_cpu_ratio() - 0.5).abs() < 1e-12);
        page.on_cpu_nanos = 40;
        assert!(
            (page.on_cpu_ratio() - 1.0).abs() < 1e-12,
            "what lies between them is nobody's"
        );
        page.rows = vec![row(20, 10, 0)];
        assert!(
            (page.on_cpu_ratio() - 1.0).abs() < 1e-12,
            "instants out of order are found elsewhere"
        );
    }
}
