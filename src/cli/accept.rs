//! `hedui accept`: deliveries in, nothing else; or what became of one that came in before.

use std::sync::Arc;

use serde_json::json;

use super::{
    Exit, args, explain, failure::Failure, open, output::Output, places::Places, progress::Progress,
    run as night_run,
};
use crate::{
    night::{self, Fate, NightError, Setting},
    store::{Loading, Store, bucket::Need},
};

/// Takes in the inbox.
pub async fn run(
    global: &args::Global,
    accept: &args::Accept,
    output: &Arc<Output>,
) -> Result<Exit, Failure> {
    if let Some(receipt) = &accept.explain {
        return explain::run(global, accept, receipt, output).await;
    }
    let project = open::open(global, &accept.pipeline, None, output)?;
    let places =
        Places::open(&accept.store, &accept.inbox, accept.cache.as_deref(), Need::Intake, output).await?;
    let signers = night_run::signers(&project, accept.signers.as_deref(), &places.store);
    night_run::tell_limits(global, output);
    let setting = Setting {
        project: &project,
        t: accept.date.unwrap_or_else(night_run::today),
        today: night_run::today(),
        store: &places.store,
        supply: places.supply(),
        inbox: &places.inbox,
        signers: &signers,
        limits: global.limits(),
    };
    let intake = {
        let progress = Progress::new(output);
        let lock = Store::at(&places.store).lock();
        let known =
            lock.and_then(|lock| Loading::begin(lock, setting.limits.threads)).map_err(NightError::from);
        let intaken = known.and_then(|known| night::take_in(&setting, known, &progress));
        intaken.map(|intaken| intaken.intake).map_err(|error| night_run::failure(&error))
    };
    let intake = places.settle(intake, output).await?;
    for delivery in &intake.deliveries {
        let name = &delivery.delivery;
        match &delivery.fate {
            Fate::TakenIn(counts) => {
                output.line(format!(
                    "{name}: {} = {} + {} + {} ({})",
                    counts.rows,
                    counts.accepted,
                    counts.collapsed,
                    counts.quarantined,
                    output.say("行 = 接收 + 合并 + 搁置", "rows = accepted + collapsed + set aside")
                ));
                if counts.quarantined > 0 {
                    let store = accept.store.display();
                    output.note(
                        &format!("  给部门的说明：hedui accept --store {store} --explain {name}"),
                        &format!("  for the agency: hedui accept --store {store} --explain {name}"),
                    );
                }
            }
            Fate::Bridge(people) => output.line(format!(
                "{name}: {people} {}",
                output.say("人的新旧令牌（桥表）", "people with their old and new tokens (a bridge)")
            )),
            Fate::Known => output.line(format!("{name}: {}", output.say("以前已收", "taken in before"))),
            Fate::NotYet => output.line(format!(
                "{name}: {}",
                output.say("晚于业务日期，等待", "after the business date, waits")
            )),
            Fate::Refused(refused) => night_run::tell_refused(refused, output),
        }
    }
    for note in &intake.notes {
        output.warning(&note.zh, &note.en);
    }
    output.json(&json!({"deliveries": night_run::intake_json(&intake)}));
    let quarantined = intake.deliveries.iter().any(|delivery| match &delivery.fate {
        Fate::TakenIn(counts) => counts.quarantined > 0,
        Fate::Refused(_) => true,
        Fate::Bridge(_) | Fate::Known | Fate::NotYet => false,
    });
    Ok(if quarantined { Exit::LookAt } else { Exit::Done })
}
