//! Priority and deadlines: one table of points and one of days, added up so that anyone can check the sum.
//!
//! Whole numbers only. The figures are the office's convention, not law: a regulation's figure is a parameter.

use crate::model::{Fen, Lang, Lead, LeadStatus, Severity, Text};

/// Points for severity (at most 55) and working days until the deadline, worst first.
/// The missed side stands level with the other: a hungry household is as urgent as a wrong payment.
pub const SEVERITIES: [(Severity, u32, u32); 7] = [
    (Severity::S1, 55, 3),
    (Severity::M1, 50, 5),
    (Severity::S2, 40, 10),
    (Severity::M2, 30, 10),
    (Severity::S3, 20, 20),
    (Severity::M3, 15, 20),
    (Severity::S4, 10, 30),
];

/// Points for money (at most 20) by whole yuan: the larger of twelve times the monthly amount and what was
/// overpaid so far. The first step that is reached counts; below the last, or when not known, none.
pub const MONEY_STEPS: [(i64, u32); 6] =
    [(50_000, 20), (24_000, 17), (12_000, 14), (6_000, 10), (3_000, 6), (1_000, 3)];

/// Points for each further independent rule that points the same way in the household (see [`Priority`]).
pub const STRENGTH_EACH: u32 = 5;
/// At most that many points for strength.
pub const STRENGTH_MAX: u32 = 15;

/// Points when the lead is past its deadline.
pub const URGENCY_OVERDUE: u32 = 10;
/// Points when it was closed and its evidence has changed since.
pub const URGENCY_REOPENED: u32 = 5;

/// A lead's priority, 0 to 100, with the parts it is the sum of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Priority {
    /// For how hard the conflict is.
    pub severity: u32,
    /// For how much money is at stake.
    pub money: u32,
    /// For how many independent rules agree.
    pub strength: u32,
    /// For time lost already.
    pub urgency: u32,
}

impl Priority {
    /// Adds up a lead. `independent` counts the groups of rules that point the same way in its household, its own
    /// among them; `overdue` is whether its deadline has passed.
    pub fn of(lead: &Lead, independent: usize, overdue: bool) -> Self {
        let further = u32::try_from(independent.saturating_sub(1)).unwrap_or(u32::MAX);
        Self {
            severity: weight(lead.severity),
            money: stake(lead).map_or(0, money_points),
            strength: further.saturating_mul(STRENGTH_EACH).min(STRENGTH_MAX),
            urgency: match lead.status {
                _ if overdue => URGENCY_OVERDUE,
                LeadStatus::Reopened => URGENCY_REOPENED,
                _ => 0,
            },
        }
    }

    /// The sum of the parts.
    pub fn total(self) -> u32 {
        self.severity + self.money + self.strength + self.urgency
    }

    /// The parts as a line for people, those without points left out.
    pub fn why(self, lang: Lang) -> String {
        let names = match lang {
            Lang::Zh => ["严重", "金额", "佐证", "时限"],
            Lang::En => ["severity", "money", "agreement", "time"],
        };
        let parts = [self.severity, self.money, self.strength, self.urgency];
        let named: Vec<String> =
            names.iter().zip(parts).filter(|(_, n)| *n > 0).map(|(name, n)| format!("{name} {n}")).collect();
        named.join(" + ")
    }
}

/// Yuan at stake: the larger of twelve months and what was overpaid so far.
pub fn stake(lead: &Lead) -> Option<Fen> {
    lead.monthly_at_risk.map(|fen| Fen(fen.0.saturating_mul(12))).max(lead.total_so_far)
}

/// Working days from the night a lead was first seen to its deadline.
pub fn working_days(severity: Severity) -> u32 {
    entry(severity).2
}

/// Where a severity stands, 0 for the worst.
pub fn rank(severity: Severity) -> usize {
    SEVERITIES.iter().position(|(s, ..)| *s == severity).unwrap_or(SEVERITIES.len())
}

/// What a severity means.
pub fn meaning(severity: Severity) -> Text {
    match severity {
        Severity::S1 => Text::new("硬冲突，下次发放前核实", "hard conflict, check before the next payroll"),
        Severity::S2 => Text::new("直接证据，需核实", "direct evidence, needs a check"),
        Severity::S3 => Text::new("间接证据", "indirect evidence"),
        Severity::S4 => Text::new("程序或数据问题", "process or data"),
        Severity::M1 => Text::new("几乎确定应享未享", "statutory entitlement almost certain"),
        Severity::M2 => Text::new("很可能应享未享", "entitlement probable"),
        Severity::M3 => Text::new("值得走访", "worth a visit"),
    }
}

fn weight(severity: Severity) -> u32 {
    entry(severity).1
}

fn entry(severity: Severity) -> (Severity, u32, u32) {
    SEVERITIES.into_iter().find(|(s, ..)| *s == severity).unwrap_or((severity, 0, 30))
}

fn money_points(stake: Fen) -> u32 {
    MONEY_STEPS.iter().find(|(yuan, _)| stake.0 >= yuan * 100).map_or(0, |(_, points)| *points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::lead;

    #[test]
    fn every_severity_has_its_points_and_days_and_the_best_score_is_a_hundred() {
        let days = |s: &str| working_days(s.parse().unwrap());
        assert_eq!(["S1", "S2", "S3", "S4", "M1", "M2", "M3"].map(days), [3, 10, 20, 30, 5, 10, 20]);
        assert!(SEVERITIES.windows(2).all(|pair| pair[0].1 > pair[1].1), "worst first");
        assert_eq!(SEVERITIES[0].1 + MONEY_STEPS[0].1 + STRENGTH_MAX + URGENCY_OVERDUE, 100);
    }

    #[test]
    fn the_parts_add_up_and_say_why() {
        let lead = Lead {
            monthly_at_risk: Some(Fen(100_000)),
            total_so_far: Some(Fen(1)),
            ..lead("a", "D-01", Severity::S1, "H-1")
        };
        let priority = Priority::of(&lead, 2, false);
        assert_eq!(priority, Priority { severity: 55, money: 14, strength: 5, urgency: 0 });
        assert_eq!(priority.total(), 74);
        assert_eq!(priority.why(Lang::Zh), "严重 55 + 金额 14 + 佐证 5");
        assert_eq!(
            Priority::of(&lead, 99, true).why(Lang::En),
            "severity 55 + money 14 + agreement 15 + time 10"
        );
    }

    #[test]
    fn money_counts_the_larger_of_a_year_and_what_was_overpaid() {
        let with = |monthly: Option<i64>, total: Option<i64>| {
            let lead = Lead {
                monthly_at_risk: monthly.map(Fen),
                total_so_far: total.map(Fen),
                ..lead("a", "D-01", Severity::S1, "H-1")
            };
            Priority::of(&lead, 1, false).money
        };
        assert_eq!(with(None, None), 0);
        assert_eq!(with(Some(8_333), None), 0, "999.96 yuan a year");
        assert_eq!(with(Some(8_334), None), 3, "1,000.08 yuan a year");
        assert_eq!(with(Some(8_334), Some(5_000_000)), 20);
        assert_eq!(with(Some(i64::MAX), None), 20);
    }
}
