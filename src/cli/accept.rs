//! `hedui accept`: deliveries in, nothing else.

use serde_json::json;

use super::{Exit, args, failure::Failure, open, output::Output, progress::Progress, run as night_run};
use crate::night::{self, Fate, Setting};

/// Takes in the inbox.
pub fn run(global: &args::Global, accept: &args::Accept, output: &Output) -> Result<Exit, Failure> {
    let project = open::open(global, &accept.pipeline, None, output)?;
    let signers = night_run::signers(&project, accept.signers.as_deref(), &accept.store);
    let setting = Setting {
        project: &project,
        t: accept.date.unwrap_or_else(night_run::today),
        store: &accept.store,
        inbox: &accept.inbox,
        signers: &signers,
    };
    let intaken = {
        let progress = Progress::new(output);
        night::take_in(&setting, &progress).map_err(|error| night_run::failure(&error))?
    };
    for delivery in &intaken.intake.deliveries {
        let name = &delivery.delivery;
        match &delivery.fate {
            Fate::TakenIn(counts) => output.line(format!(
                "{name}: {} = {} + {} + {} ({})",
                counts.rows,
                counts.accepted,
                counts.collapsed,
                counts.quarantined,
                output.say("行 = 接收 + 合并 + 搁置", "rows = accepted + collapsed + set aside")
            )),
            Fate::Bridge(people) => output.line(format!(
                "{name}: {people} {}",
                output.say("人的新旧令牌（桥表）", "people with their old and new tokens (a bridge)")
            )),
            Fate::Known => output.line(format!("{name}: {}", output.say("以前已收", "taken in before"))),
            Fate::NotYet => output.line(format!(
                "{name}: {}",
                output.say("晚于业务日期，等待", "after the business date, waits")
            )),
            Fate::Refused { code, what, hint } => output.problem(
                &format!("拒收 {} [{code}]：{}", delivery.folder.display(), what.zh),
                &format!("refused {} [{code}]: {}", delivery.folder.display(), what.en),
                Some(hint),
            ),
        }
    }
    for note in &intaken.intake.notes {
        output.warning(&note.zh, &note.en);
    }
    output.json(&json!({"deliveries": night_run::intake_json(&intaken.intake)}));
    let quarantined = intaken.intake.deliveries.iter().any(|delivery| match &delivery.fate {
        Fate::TakenIn(counts) => counts.quarantined > 0,
        Fate::Refused { .. } => true,
        Fate::Bridge(_) | Fate::Known | Fate::NotYet => false,
    });
    Ok(if quarantined { Exit::LookAt } else { Exit::Done })
}
