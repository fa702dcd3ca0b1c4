//! What a night did, for the one who reads about it at breakfast.

use std::{collections::BTreeMap, io, path::PathBuf};

use chrono::NaiveDate;

use super::{HeldBack, Intake, RunPlan, TakenOver};
use crate::{
    accept::{AcceptError, SignersError},
    acquire::AcquireError,
    compare::Imbalance,
    diagnostic::Diagnostics,
    engine::EngineError,
    model::Text,
    project::Status,
    report::ReportError,
    store::StoreError,
};

/// A finished night.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// The run's name.
    pub run: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Whether it had been done before with the same plan.
    pub is_repeat: bool,
    /// It used nothing that became known after this business date.
    pub known_on: NaiveDate,
    /// How many deliveries about its date or earlier became known only later, and when the last did.
    pub known_later: Option<(usize, NaiveDate)>,
    /// What became of the deliveries.
    pub intake: Intake,
    /// By rule id: every rule of the pipeline, also those that do not run.
    pub rules: BTreeMap<String, RuleRecord>,
    /// The files that held live rules back from the lists.
    pub held_back: Vec<HeldBack>,
    /// Household cases on the lists.
    pub households: usize,
    /// Townships with a list.
    pub lists: usize,
    /// Leads on the lists.
    pub listed: usize,
    /// Rows set aside in the snapshots that the run used.
    pub quarantined: u64,
    /// Figures that the law has and the parameters do not, each as `name division`.
    pub missing_figures: Vec<String>,
    /// What else must be known.
    pub notes: Vec<Text>,
    /// How much was taken from earlier nights; nothing of the results hangs on it.
    pub taken_over: TakenOver,
    /// Why the next night cannot use again what this one computed.
    pub not_kept: Option<String>,
}

/// What one rule gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRecord {
    /// The rule's name.
    pub title: Text,
    /// Where it stands in its life, as its file says.
    pub status: Status,
    /// Everyone it is about.
    pub population: u64,
    /// With a lead.
    pub hit: u64,
    /// Without one.
    pub clear: u64,
    /// Could not be judged.
    pub insufficient: u64,
    /// Why it was not run, though its status has it run.
    pub not_run: Option<Text>,
}

impl RuleRecord {
    /// A rule without counts.
    pub fn new(title: Text, status: Status) -> Self {
        Self { title, status, population: 0, hit: 0, clear: 0, insufficient: 0, not_run: None }
    }
}

impl RunRecord {
    /// Whether a person must look: a delivery was refused, rows were set aside, a rule was not evaluated or is not approved as
    /// it stands, a figure is missing.
    pub fn needs_a_look(&self) -> bool {
        self.intake.refused().next().is_some()
            || self.quarantined > 0
            || !self.missing_figures.is_empty()
            || !self.held_back.is_empty()
            || self.rules.values().any(|rule| rule.not_run.is_some())
    }
}

/// Why a night did not finish.
#[derive(Debug, thiserror::Error)]
pub enum NightError {
    /// Facts or rules that cannot be planned: nothing was begun.
    #[error("failed to plan the facts and rules")]
    Mistakes(Diagnostics),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Accepting deliveries.
    #[error(transparent)]
    Accept(#[from] AcceptError),
    /// The list of signers.
    #[error(transparent)]
    Signers(#[from] SignersError),
    /// Acquiring a delivery: the disk or the store, not the delivery.
    #[error(transparent)]
    Acquire(#[from] AcquireError),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A fact.
    #[error("failed to plan the facts: {0}")]
    Fact(String),
    /// Counts that do not close: nothing of the run is published.
    #[error(transparent)]
    Imbalance(Imbalance),
    /// Lists and report.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A delivery passed whose contract is not there: a bug.
    #[error("failed to find the contract of {0}")]
    NoContract(crate::model::DatasetId),
    /// A file of the store or the installation.
    #[error("failed to {doing} {}", path.display())]
    Io {
        /// read or write.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of an earlier run is not what it was.
    #[error("failed to trust {}: {message}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The folder of holidays.
    #[error("failed to read {}: {message}", path.display())]
    Calendar {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
}

impl NightError {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<Text> {
        let (zh, en) = match self {
            Self::Store(StoreError::Locked { .. }) => (
                "等它结束再试：同一个库同时只有一个程序写",
                "wait until it is done; two runs never write to one store at once",
            ),
            Self::Store(
                StoreError::DictionaryGap { .. }
                | StoreError::TokenTwice { .. }
                | StoreError::BadSegment { .. },
            ) => (
                "字典的一段丢失或被改动：从备份恢复 store/dictionary",
                "a dictionary segment was lost or changed: restore store/dictionary from the backup",
            ),
            Self::Store(StoreError::BadRecord { .. } | StoreError::Misplaced { .. }) => (
                "快照封存后被改动：从备份恢复它",
                "the snapshot was changed after it was sealed: restore it from the backup",
            ),
            Self::Store(StoreError::Bucket(error))
            | Self::Engine(EngineError::Store(StoreError::Bucket(error))) => return Some(error.hint()),
            Self::Engine(EngineError::Unread { .. }) => (
                "调度端和每个执行端都要设置 AWS_… 环境变量（地址、区域和可读这个库的密钥），并连得上对象存储；改好后重启那个节点，再运行一次",
                "the scheduler and every executor need the AWS_… variables (address, region, keys that may read this store) and a way to the object storage; set them, start that node anew, then run again",
            ),
            Self::Engine(EngineError::Memory { .. }) => (
                "内存不够：用 --memory 多给一些，或用 --threads 减少线程",
                "the memory does not suffice: give more with --memory, or fewer --threads",
            ),
            Self::Engine(EngineError::Cluster { .. }) => (
                "看调度端和执行端是否还在运行，若库是文件夹，是否在每台机器上以同一路径可读；然后再运行一次，或不写 --engine，在本机运行",
                "see that the scheduler and executors are up and that a store that is a folder can be read under the same path on every machine; then run again, or run here without --engine",
            ),
            Self::Acquire(AcquireError::OtherPackage { .. }) => (
                "给改动后的交付下一个序号，重新封装",
                "give the changed delivery the next sequence number and seal it again",
            ),
            Self::Signers(_) => (
                "用 --signers 指明 allowed_signers 文件；每个部门一行，由 hedui seal keygen --agency 打印",
                "name the allowed_signers file with --signers; it has a line an agency, which hedui seal keygen --agency prints",
            ),
            Self::Accept(AcceptError::Inbox { .. }) => {
                ("用 --inbox 指明一个已有的文件夹", "name an existing folder with --inbox")
            }
            Self::Accept(AcceptError::EpochConflict { .. }) => (
                "两批密钥的令牌不能比对：流程仍写旧密钥期，先收下各机构的桥表（hedui seal rekey），再改为新密钥期；没有桥表则用新库",
                "tokens of two epochs cannot be compared: leave the old key_id in the pipeline until the agencies' bridges are taken in (hedui seal rekey), then write the new one; without bridges use a new store",
            ),
            Self::Accept(AcceptError::EpochDamaged { .. } | AcceptError::ReceiptDamaged { .. }) => {
                ("从库的备份恢复这个文件", "restore the file from the backup of the store")
            }
            Self::Imbalance(_) => (
                "三种结果合不上，本次不发布任何清单：检查该规则（如 SELECT 给出空的对象），或暂停它（status: suspended）并报告此错误",
                "the three outcomes do not add up, and no list of this run is published: look at the rule (a row without a subject?), or suspend it (status: suspended) and report this",
            ),
            Self::Damaged { .. } => (
                "已封存的运行被改动：从备份恢复它的文件夹，或移走后重新运行",
                "a sealed run was changed: restore its folder from the backup, or move it away and run again",
            ),
            _ => return None,
        };
        Some(Text::new(zh, en))
    }

    /// Whether it is a verification that failed.
    pub fn is_verification(&self) -> bool {
        match self {
            Self::Damaged { .. } => true,
            Self::Store(StoreError::Bucket(error))
            | Self::Engine(EngineError::Store(StoreError::Bucket(error))) => error.is_verification(),
            _ => false,
        }
    }

    /// Whether what was asked for is wrong, and nothing was begun.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Mistakes(_)
                | Self::Signers(_)
                | Self::Accept(AcceptError::Inbox { .. } | AcceptError::EpochConflict { .. })
        )
    }
}

impl From<super::workshop::WorkshopError> for NightError {
    fn from(error: super::workshop::WorkshopError) -> Self {
        match error {
            super::workshop::WorkshopError::Engine(error) => Self::Engine(error),
            super::workshop::WorkshopError::Order(error) => Self::Fact(error.to_string()),
        }
    }
}

/// A run that was done before, read back from its manifest.
pub(super) fn reopen(plan: &RunPlan, intake: Intake, folder: PathBuf) -> Result<RunRecord, NightError> {
    let path = folder.join(super::manifest::MANIFEST);
    let damaged = |message: String| NightError::Damaged { path: path.clone(), message };
    let text = std::fs::read(&path).map_err(|source| NightError::Io {
        doing: "read",
        path: path.clone(),
        source,
    })?;
    let manifest: serde_json::Value =
        serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
    let count = |value: &serde_json::Value, key: &str| {
        value.get(key).and_then(serde_json::Value::as_u64).unwrap_or_default()
    };
    let text_of = |value: &serde_json::Value| -> Option<Text> {
        let word = |lang: &str| value.get(lang).and_then(serde_json::Value::as_str).map(str::to_owned);
        Some(Text { zh: word("zh")?, en: word("en")? })
    };
    let results = manifest.get("results").ok_or_else(|| damaged("it has no results".to_owned()))?;
    let mut rules = BTreeMap::new();
    for (id, rule) in results.get("rules").and_then(serde_json::Value::as_object).into_iter().flatten() {
        let status = rule.get("status").and_then(serde_json::Value::as_str);
        rules.insert(
            id.clone(),
            RuleRecord {
                title: rule.get("title").and_then(text_of).unwrap_or_default(),
                status: status
                    .and_then(|word| word.parse().ok())
                    .ok_or_else(|| damaged(format!("it does not say the status of {id}")))?,
                population: count(rule, "population"),
                hit: count(rule, "hit"),
                clear: count(rule, "clear"),
                insufficient: count(rule, "insufficient"),
                not_run: rule.get("not_run").and_then(text_of),
            },
        );
    }
    let size = |key: &str| usize::try_from(count(results, key)).unwrap_or_default();
    let notes = results.get("notes").and_then(serde_json::Value::as_array);
    let missing = results.get("missing_figures").and_then(serde_json::Value::as_array);
    Ok(RunRecord {
        run: plan.run.clone(),
        folder,
        is_repeat: true,
        known_on: plan.known_on,
        known_later: None,
        intake,
        rules,
        held_back: plan.held_back.clone(),
        households: size("households"),
        lists: size("lists"),
        listed: size("listed"),
        quarantined: count(results, "quarantined"),
        missing_figures: missing
            .into_iter()
            .flatten()
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect(),
        notes: notes.into_iter().flatten().filter_map(text_of).collect(),
        taken_over: TakenOver::default(),
        not_kept: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_without_enough_memory_says_which_flag_gives_more() {
        let error = EngineError::Memory { what: "facts.pupils".to_owned(), message: "pool".to_owned() };
        let hint = NightError::from(error).hint().unwrap();
        assert!(hint.zh.contains("--memory") && hint.en.contains("--memory"), "{hint:?}");
    }
}
