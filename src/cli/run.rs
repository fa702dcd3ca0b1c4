//! `hedui run`: one night, and what it says at breakfast.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use chrono::NaiveDate;
use serde_json::json;

use super::{
    Exit, args,
    cluster::{self, Reached},
    failure::Failure,
    open,
    output::Output,
    places::Places,
    progress::Progress,
};
use crate::{
    accept::{Kept, Refused},
    model::{Lang, Text, printable},
    night::{self, Cause, Fate, HeldBack, NightError, Order, RuleRecord, RunRecord},
    project::{Project, Status},
    store::bucket::Need,
};

/// What the program may use, for those who want to know more.
pub fn tell_limits(global: &args::Global, output: &Output) {
    let limits = global.limits();
    let memory = limits.memory.map_or_else(|| "–".to_owned(), |bytes| format!("{} MiB", bytes >> 20));
    output.detail(&format!("  --threads {}, --memory {memory}", limits.threads));
}

/// Runs a pipeline.
pub async fn run(
    global: &args::Global,
    run: &args::Run,
    output: &Arc<Output>,
    reached: &Reached,
) -> Result<Exit, Failure> {
    let project = open::open(global, &run.pipeline, run.reference.as_deref(), output)?;
    let t = run.date.unwrap_or_else(today);
    let cluster = cluster::reach(run.engine.as_ref(), reached, output).await?;
    let places = Places::open(&run.store, &run.inbox, run.cache.as_deref(), Need::Night(t), output).await?;
    let signers = signers(&project, run.signers.as_deref(), &places.store);
    tell_limits(global, output);
    let order = Order {
        project: &project,
        t,
        today: today(),
        known_on: run.known_on,
        store: &places.store,
        supply: places.supply(),
        inbox: &places.inbox,
        signers: &signers,
        reference: run.reference.as_deref(),
        limits: global.limits(),
        fresh: run.fresh,
        cluster,
        share: cluster.and_then(|_| places.share()),
        lang: global.lang(),
    };
    let done = compute(&order, output).await;
    // What a night that failed has left behind there.
    cluster::stop(reached).await;
    let folder = done.as_ref().ok().and_then(|(record, _)| places.object(&record.folder));
    let (record, times) = places.settle(done, output).await?;
    let exit = tell_all(&record, &times, t, output);
    if let Some(folder) = folder {
        output.note(&format!("已发布到 {folder}"), &format!("published to {folder}"));
    }
    Ok(exit)
}

/// Does a night and prints what came of it.
pub async fn night(order: &Order<'_>, output: &Output) -> Result<Exit, Failure> {
    let (record, times) = compute(order, output).await?;
    Ok(tell_all(&record, &times, order.t, output))
}

/// The stages of a night, each with its time.
type Times = Vec<(Text, Duration)>;

async fn compute(order: &Order<'_>, output: &Output) -> Result<(RunRecord, Times), Failure> {
    let progress = Progress::new(output);
    match night::run(order, &progress).await {
        Ok(record) => Ok((record, progress.times())),
        Err(NightError::Mistakes(found)) => Err(open::refused(&found, output)),
        Err(error) => Err(failure(&error)),
    }
}

fn tell_all(record: &RunRecord, times: &Times, t: NaiveDate, output: &Output) -> Exit {
    tell(record, t, output);
    output.json(&as_json(record, t, times));
    if record.needs_a_look() { Exit::LookAt } else { Exit::Done }
}

/// The allowed_signers file: named, else the pipeline's, else the store's.
pub fn signers(project: &Project, named: Option<&Path>, store: &Path) -> PathBuf {
    named
        .map(Path::to_path_buf)
        .or_else(|| project.pipeline.signers.clone())
        .unwrap_or_else(|| store.join("allowed_signers"))
}

/// A night's error as the end of a command.
pub fn failure(error: &NightError) -> Failure {
    let (zh, en) = (
        "这一夜没有完成，库中仍是原来的结果",
        "the night did not finish; the store holds what it held before",
    );
    let mut failure = Failure::failed(zh, en, error);
    failure.hint = error.hint();
    match error {
        error if error.is_verification() => failure.exit(Exit::Unverified),
        error if error.is_usage() => failure.exit(Exit::Usage),
        _ => failure,
    }
}

/// Today by the machine's clock.
#[expect(clippy::disallowed_methods, reason = "the command line is the door to the clock")]
pub fn today() -> NaiveDate {
    chrono::Local::now().date_naive()
}

fn tell(record: &RunRecord, t: NaiveDate, output: &Output) {
    let zh = output.lang() == Lang::Zh;
    output.line("");
    tell_intake(record, output, zh);
    output.line(if zh {
        format!("{:<6}{:>10}{:>10}{:>10}{:>10}  名称", "规则", "范围", "命中", "无异常", "不足")
            .replace("规则      ", "规则  ")
    } else {
        format!("{:<6}{:>12}{:>8}{:>10}{:>14}  name", "rule", "population", "hit", "clear", "insufficient")
    });
    for (id, rule) in &record.rules {
        let title = output.text(&rule.title);
        output.line(match (&rule.not_run, rule.status) {
            // What is still being written, or was given up, is in report.html.
            (_, Status::Draft | Status::Retired) => continue,
            (_, Status::Suspended) => {
                format!("{id:<6}  {}  {title}", output.say("未运行：规则已暂停", "not run: suspended"))
            }
            (Some(why), _) => {
                format!("{id:<6}  {} {}  {title}", output.say("未运行：", "not run:"), output.text(why))
            }
            (None, _) => format!(
                "{id:<6}{:>12}{:>8}{:>10}{:>14}  {title}{}",
                rule.population,
                rule.hit,
                rule.clear,
                rule.insufficient,
                in_the_shadow(record, id, rule, output)
            ),
        });
    }
    output.line("");
    output.line(if zh {
        format!(
            "{t}：{} 条线索上了 {} 份清单，涉及 {} 户。线索不是结论。",
            record.listed, record.lists, record.households
        )
    } else {
        format!(
            "{t}: {} leads on {} review lists, for {} households. Leads, never decisions.",
            record.listed, record.lists, record.households
        )
    });
    for note in &record.notes {
        output.warning(&note.zh, &note.en);
    }
    if record.quarantined > 0 {
        output.warning(
            &format!("有 {} 行被搁置，见 report.html 和 quarantine/；给部门的说明：hedui accept --explain 交付编号", record.quarantined),
            &format!("{} rows were set aside; see report.html and quarantine/; for the agency: hedui accept --explain DELIVERY", record.quarantined),
        );
    }
    tell_held_back(record, output);
    tell_known(record, t, output);
    let taken = record.taken_over;
    if taken.facts + taken.rules > 0 {
        output.note(
            &format!("输入未变、沿用前几夜算出的：{} 个事实中的 {} 个，{} 条规则中的 {} 条", taken.of_facts, taken.facts, taken.of_rules, taken.rules),
            &format!("taken from earlier nights, because nothing that they rest on changed: {} of {} facts, {} of {} rules", taken.facts, taken.of_facts, taken.rules, taken.of_rules),
        );
    }
    if let Some(why) = &record.not_kept {
        output.warning(
            &format!("本夜算出的中间结果没能留给下一夜：{why}。结果不受影响，下一夜会全部重算"),
            &format!("what this night computed could not be kept for the next: {why}. The results are not affected; the next night computes it all anew"),
        );
    }
    if record.is_repeat {
        output.note(
            "同样的输入和规则已经运行过：结果未变，已核对每个文件的摘要。",
            "the same inputs and rules were run before: nothing changed, every file was checked against its digest.",
        );
    }
    output.line(format!(
        "{}  {}",
        output.say("报告  ", "report"),
        record.folder.join("report.html").display()
    ));
    output.line(format!("{}  {}", output.say("清单  ", "lists "), record.folder.join("lists").display()));
}

fn in_the_shadow<'a>(record: &RunRecord, id: &str, rule: &RuleRecord, output: &'a Output) -> &'a str {
    if record.held_back.iter().any(|held| held.rules.iter().any(|held| held == id)) {
        output.say("（没有批准：不上清单）", " (not approved: on no list)")
    } else if rule.status == Status::Pilot {
        output.say("（试行：不上清单）", " (pilot: on no list)")
    } else {
        ""
    }
}

/// Which live rules ran in the shadow because they are not approved as they stand, and what to do.
fn tell_held_back(record: &RunRecord, output: &Output) {
    let mut rules = BTreeSet::new();
    for held in &record.held_back {
        let (what, count, list) = (held.what(), held.rules.len(), held.rules.join(", "));
        rules.extend(&held.rules);
        // Without any approval the rules are all of them: naming each says nothing.
        let list = if held.cause == Cause::NoApprovals { String::new() } else { format!(": {list}") };
        output.warning(
            &format!("{}；{count} 条正式规则因此只试行、不上清单{list}", what.zh),
            &format!("{}; live rules that therefore ran in the shadow, on no list: {count}{list}", what.en),
        );
    }
    if rules.is_empty() {
        return;
    }
    let is_all = record.held_back.iter().any(|held| held.cause == Cause::NoApprovals);
    let named =
        if is_all { "all".to_owned() } else { rules.into_iter().cloned().collect::<Vec<_>>().join(",") };
    output.advice(&Text::new(
        format!("审核后批准：hedui check --approve {named} --by \"单位\"；或恢复批准过的文件"),
        format!(
            "have them approved: hedui check --approve {named} --by \"OFFICE\"; or restore the approved files"
        ),
    ));
}

/// What came in.
pub fn tell_intake(record: &RunRecord, output: &Output, zh: bool) {
    let mut taken = (0, 0, 0, 0, 0);
    let mut waiting = Vec::new();
    for delivery in &record.intake.deliveries {
        match &delivery.fate {
            Fate::TakenIn(counts) => {
                taken.0 += 1;
                taken.1 += counts.rows;
                taken.2 += counts.accepted;
                taken.3 += counts.collapsed;
                taken.4 += counts.quarantined;
            }
            Fate::Refused(refused) => tell_refused(refused, output),
            Fate::NotYet => waiting.push(delivery.delivery.as_str()),
            Fate::Bridge(_) | Fate::Known => {}
        }
    }
    for note in &record.intake.notes {
        output.warning(&note.zh, &note.en);
    }
    if let Some((first, others)) = waiting.split_first() {
        let named = others.iter().take(4).fold((*first).to_owned(), |list, name| format!("{list}, {name}"));
        let more = if waiting.len() > 5 { ", …" } else { "" };
        output.warning(
            &format!("{} 份交付的数据日期晚于业务日期，等到那天再收：{named}{more}", waiting.len()),
            &format!(
                "deliveries about a day after the business date wait for it ({}): {named}{more}",
                waiting.len()
            ),
        );
    }
    let (deliveries, rows, accepted, collapsed, quarantined) = taken;
    output.line(if zh {
        format!("收取 {deliveries} 份交付：{rows} 行 = 接收 {accepted} + 合并 {collapsed} + 搁置 {quarantined}")
    } else {
        format!(
            "took in {deliveries} deliveries: {rows} rows = {accepted} accepted + {collapsed} collapsed + {quarantined} set aside"
        )
    });
}

/// A refused delivery: why, what to do, where it is now, how to answer the agency.
pub fn tell_refused(refused: &Refused, output: &Output) {
    let (code, what) = (refused.verdict.code(), refused.verdict.what());
    let folder = printable(&refused.folder.display().to_string(), 400);
    output.problem(
        &format!("拒收 {folder} [{code}]：{}", what.zh),
        &format!("refused {folder} [{code}]: {}", what.en),
        Some(&refused.verdict.hint()),
    );
    let moved = match &refused.kept {
        Kept::Aside(folder) => Text::new(
            format!("已整个移到 {}", folder.display()),
            format!("moved whole to {}", folder.display()),
        ),
        Kept::Inbox(why) => {
            Text::new(format!("仍在收件箱：{}", why.zh), format!("still in the inbox: {}", why.en))
        }
    };
    output.error_line(&format!("  {}", output.text(&moved)));
    let explain = format!("hedui accept --explain {}", refused.receipt.display());
    output.error_line(&format!("  {}{explain}", output.say("给部门的说明：", "for the agency: ")));
}

/// What a past night did not know.
fn tell_known(record: &RunRecord, t: NaiveDate, output: &Output) {
    let known_on = record.known_on;
    if known_on != t {
        output
            .note(&format!("按 {known_on} 时已知的数据运行"), &format!("with what was known on {known_on}"));
    }
    if let Some((count, last)) = record.known_later {
        output.warning(
            &format!("{count} 份关于 {t} 或更早的交付在 {known_on} 之后才收到，未使用；要用它们：--known-on {last}"),
            &format!("deliveries about {t} or earlier that became known only after {known_on} were not used ({count}); to use them: --known-on {last}"),
        );
    }
}

fn as_json(record: &RunRecord, t: NaiveDate, times: &[(Text, Duration)]) -> serde_json::Value {
    let stages: Vec<_> = times
        .iter()
        .map(|(stage, took)| json!({"stage": stage.en, "milliseconds": u64::try_from(took.as_millis()).unwrap_or(u64::MAX)}))
        .collect();
    let rules: serde_json::Map<String, serde_json::Value> = record
        .rules
        .iter()
        .map(|(id, rule)| {
            let counts = json!({
                "status": rule.status.as_str(), "population": rule.population, "hit": rule.hit, "clear": rule.clear,
                "insufficient": rule.insufficient, "not_run": rule.not_run.as_ref().map(|why| why.en.clone()),
            });
            (id.clone(), counts)
        })
        .collect();
    json!({
        "date": t.to_string(), "known_on": record.known_on.to_string(), "run": record.run, "folder": record.folder, "repeat": record.is_repeat,
        "deliveries": intake_json(&record.intake), "rules": rules, "listed": record.listed,
        "lists": record.lists, "households": record.households, "set_aside": record.quarantined,
        "missing_figures": record.missing_figures,
        "held_back": record.held_back.iter().map(HeldBack::json).collect::<Vec<_>>(),
        "taken_over": {
            "facts": record.taken_over.facts, "of_facts": record.taken_over.of_facts,
            "rules": record.taken_over.rules, "of_rules": record.taken_over.of_rules,
        },
        "stages": stages,
    })
}

/// What became of every delivery, for programs.
pub fn intake_json(intake: &night::Intake) -> Vec<serde_json::Value> {
    let each = intake.deliveries.iter().map(|delivery| {
        let mut value = json!({
            "delivery": delivery.delivery, "agency": delivery.agency,
            "dataset": delivery.dataset.as_ref().map(ToString::to_string),
        });
        let fate = match &delivery.fate {
            Fate::TakenIn(counts) => json!({
                "fate": "taken_in", "rows": counts.rows, "accepted": counts.accepted,
                "collapsed": counts.collapsed, "quarantined": counts.quarantined,
            }),
            Fate::Bridge(people) => json!({"fate": "bridge", "people": people}),
            Fate::Known => json!({"fate": "known"}),
            Fate::NotYet => json!({"fate": "not_yet"}),
            Fate::Refused(refused) => json!({
                "fate": "refused", "code": refused.verdict.code(), "what": refused.verdict.what().en,
                "hint": refused.verdict.hint().en, "receipt": refused.receipt,
                "moved_to": match &refused.kept { Kept::Aside(folder) => Some(folder), Kept::Inbox(_) => None },
            }),
        };
        if let (Some(value), serde_json::Value::Object(fate)) = (value.as_object_mut(), fate) {
            value.extend(fate);
        }
        value
    });
    each.collect()
}
