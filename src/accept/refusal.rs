//! Why a delivery is not taken in: each reason with its code, what is wrong and what to do, in both languages.
//!
//! No text here ever carries a value from a data file.

use chrono::NaiveDate;

use super::{Epoch, Fault, HashName, PackageError, Problem, Verdict, never_stored, tried_again};
use crate::model::{DatasetId, Text, printable};

/// How many problems of one descriptor are told.
const PROBLEMS_SHOWN: usize = 20;

/// Why a delivery was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the texts below say what each one is")]
pub enum Refusal {
    FolderIsLink,
    DescriptorMissing,
    DescriptorUnreadable {
        reason: String,
    },
    DescriptorTooLarge {
        bytes: u64,
    },
    DescriptorCutOff(PackageError),
    DescriptorInvalid(PackageError),
    FolderUnreadable {
        reason: String,
    },
    NameHoldsNumber,
    SignatureMissing,
    SignatureUnreadable {
        reason: String,
    },
    SignatureCutOff,
    SignatureTooLarge {
        bytes: u64,
    },
    SignatureMalformed {
        reason: String,
    },
    SignatureKind {
        found: String,
    },
    SignatureNamespace {
        found: String,
    },
    SignatureWrong,
    SignerUnknown {
        fingerprint: String,
    },
    SignerOtherAgency {
        fingerprint: String,
        agency: String,
    },
    SignerOtherNamespace {
        fingerprint: String,
    },
    SignerNotYetValid {
        fingerprint: String,
        as_of: NaiveDate,
    },
    SignerExpired {
        fingerprint: String,
        as_of: NaiveDate,
    },
    AsOfFuture {
        as_of: NaiveDate,
    },
    ContractUnknown {
        dataset: DatasetId,
    },
    ContractVersion {
        stated: String,
        ours: String,
    },
    NormalisationUnknown {
        stated: u32,
    },
    KeyEpoch {
        stated: String,
        ours: String,
    },
    KeyReplaced {
        stated: String,
        ours: String,
    },
    KeyWaits {
        stated: Epoch,
        ours: String,
        missing: Vec<String>,
    },
    BridgeEpoch {
        from: String,
        to: String,
        ours: String,
    },
    HashAlgorithm {
        stated: HashName,
        ours: HashName,
    },
    FileMissing {
        path: String,
    },
    FileIsLink {
        path: String,
    },
    FileUnreadable {
        path: String,
        reason: String,
    },
    FileSize {
        path: String,
        stated: u64,
        found: u64,
    },
    /// Found while its rows are read.
    FileDigest {
        path: String,
    },
    SequenceTaken {
        by: String,
    },
    SupersedesOther {
        id: String,
        dataset: DatasetId,
    },
}

impl Refusal {
    /// The reason's name in receipts and tables.
    pub fn code(&self) -> &'static str {
        match self {
            Self::FolderIsLink => "folder_is_link",
            Self::DescriptorMissing => "descriptor_missing",
            Self::DescriptorUnreadable { .. } => "descriptor_unreadable",
            Self::DescriptorTooLarge { .. } => "descriptor_too_large",
            Self::DescriptorCutOff(_) => "descriptor_cut_off",
            Self::DescriptorInvalid(_) => "descriptor_invalid",
            Self::FolderUnreadable { .. } => "folder_unreadable",
            Self::NameHoldsNumber => "name_holds_number",
            Self::SignatureMissing => "signature_missing",
            Self::SignatureUnreadable { .. } => "signature_unreadable",
            Self::SignatureCutOff => "signature_cut_off",
            Self::SignatureTooLarge { .. } => "signature_too_large",
            Self::SignatureMalformed { .. } => "signature_malformed",
            Self::SignatureKind { .. } => "signature_kind",
            Self::SignatureNamespace { .. } => "signature_namespace",
            Self::SignatureWrong => "signature_wrong",
            Self::SignerUnknown { .. } => "signer_unknown",
            Self::SignerOtherAgency { .. } => "signer_other_agency",
            Self::SignerOtherNamespace { .. } => "signer_other_namespace",
            Self::SignerNotYetValid { .. } => "signer_not_yet_valid",
            Self::SignerExpired { .. } => "signer_expired",
            Self::AsOfFuture { .. } => "as_of_future",
            Self::ContractUnknown { .. } => "contract_unknown",
            Self::ContractVersion { .. } => "contract_version",
            Self::NormalisationUnknown { .. } => "normalisation_unknown",
            Self::KeyEpoch { .. } | Self::KeyReplaced { .. } | Self::KeyWaits { .. } => "key_epoch",
            Self::BridgeEpoch { .. } => "bridge_epoch",
            Self::HashAlgorithm { .. } => "hash_algorithm",
            Self::FileMissing { .. } => "file_missing",
            Self::FileIsLink { .. } => "file_is_link",
            Self::FileUnreadable { .. } => "file_unreadable",
            Self::FileSize { .. } => "file_size",
            Self::FileDigest { .. } => "file_digest",
            Self::SequenceTaken { .. } => "sequence_taken",
            Self::SupersedesOther { .. } => "supersedes_other",
        }
    }

    /// Whether waiting cannot mend it. What may still be arriving is not final, nor what may be our own side's fault: a list
    /// of signers that is behind, another pipeline's data, a key, a version, a disk.
    pub fn is_final(&self) -> bool {
        match self {
            Self::DescriptorTooLarge { .. }
            | Self::DescriptorInvalid(_)
            | Self::SignatureTooLarge { .. }
            | Self::SignatureMalformed { .. }
            | Self::SignatureKind { .. }
            | Self::SignatureNamespace { .. }
            | Self::SignatureWrong
            | Self::AsOfFuture { .. }
            | Self::FileIsLink { .. }
            | Self::FileDigest { .. }
            | Self::SequenceTaken { .. }
            | Self::SupersedesOther { .. } => true,
            Self::FileSize { stated, found, .. } => found > stated,
            Self::FolderIsLink
            | Self::FolderUnreadable { .. }
            | Self::NameHoldsNumber
            | Self::DescriptorMissing
            | Self::DescriptorUnreadable { .. }
            | Self::DescriptorCutOff(_)
            | Self::SignatureMissing
            | Self::SignatureUnreadable { .. }
            | Self::SignatureCutOff
            | Self::SignerUnknown { .. }
            | Self::SignerOtherAgency { .. }
            | Self::SignerOtherNamespace { .. }
            | Self::SignerNotYetValid { .. }
            | Self::SignerExpired { .. }
            | Self::ContractUnknown { .. }
            | Self::ContractVersion { .. }
            | Self::NormalisationUnknown { .. }
            | Self::KeyEpoch { .. }
            | Self::KeyReplaced { .. }
            | Self::KeyWaits { .. }
            | Self::BridgeEpoch { .. }
            | Self::HashAlgorithm { .. }
            | Self::FileMissing { .. }
            | Self::FileUnreadable { .. } => false,
        }
    }

    /// In words.
    pub fn verdict(&self) -> Verdict {
        let fault = Fault {
            code: self.code().to_owned(),
            what: self.text(),
            what_to_do: self.hint(),
            for_the_agency: self.mend(),
        };
        let stays = match self {
            Self::NameHoldsNumber => Some(never_stored()),
            Self::DescriptorInvalid(error) if error.holds_a_number => Some(never_stored()),
            _ if self.is_final() => None,
            _ => Some(tried_again()),
        };
        Verdict { faults: vec![fault], stays }
    }

    /// What is wrong.
    pub fn text(&self) -> Text {
        match self {
            Self::FolderIsLink => Text::new("交付文件夹是链接", "the delivery's folder is a link"),
            Self::DescriptorMissing => Text::new("没有 datapackage.json", "there is no datapackage.json"),
            Self::DescriptorUnreadable { reason } => Text::new(
                format!("datapackage.json 读不出：{reason}"),
                format!("datapackage.json cannot be read: {reason}"),
            ),
            Self::DescriptorTooLarge { bytes } => Text::new(
                format!("datapackage.json 过大（{bytes} 字节）"),
                format!("datapackage.json is too large ({bytes} bytes)"),
            ),
            Self::DescriptorCutOff(error) | Self::DescriptorInvalid(error) => descriptor_text(error),
            Self::FolderUnreadable { reason } => {
                Text::new(format!("文件夹读不出：{reason}"), format!("the folder cannot be read: {reason}"))
            }
            Self::NameHoldsNumber => Text::new(
                "文件夹或其中文件的名称里有像证件号码的内容，名称不予显示，未读取",
                "the name of the folder, or of something in it, looks as if it held an identity number; it is not shown, and nothing of it was read",
            ),
            Self::SignatureMissing => {
                Text::new("没有签名 datapackage.json.sig", "there is no signature datapackage.json.sig")
            }
            Self::SignatureUnreadable { reason } => Text::new(
                format!("签名 datapackage.json.sig 读不出：{reason}"),
                format!("the signature datapackage.json.sig cannot be read: {reason}"),
            ),
            Self::SignatureCutOff => Text::new(
                "datapackage.json.sig 不完整：缺少最后一行",
                "datapackage.json.sig is cut off: its last line is missing",
            ),
            Self::SignatureTooLarge { bytes } => Text::new(
                format!("datapackage.json.sig 过大（{bytes} 字节），不是签名"),
                format!("datapackage.json.sig is too large for a signature ({bytes} bytes)"),
            ),
            Self::SignatureMalformed { reason } => Text::new(
                format!("datapackage.json.sig 不是 SSH 签名：{reason}"),
                format!("datapackage.json.sig is not an SSH signature: {reason}"),
            ),
            Self::SignatureKind { found } => Text::new(
                format!("签名算法 {found} 不受支持"),
                format!("the signature is {found}, which is not supported"),
            ),
            Self::SignatureNamespace { found } => Text::new(
                format!("签名用途是“{}”，不是 hedui-delivery", printable(found, 60)),
                format!("the signature was made for `{}`, not for hedui-delivery", printable(found, 60)),
            ),
            Self::SignatureWrong => Text::new(
                "签名与 datapackage.json 不符：签名后文件被改动，或签名属于另一次交付",
                "the signature does not fit datapackage.json: it was changed after signing, or the signature is another delivery's",
            ),
            Self::SignerUnknown { fingerprint } => Text::new(
                format!("签名密钥 {fingerprint} 不在允许名单中"),
                format!("the key {fingerprint} is not among the allowed signers"),
            ),
            Self::SignerOtherAgency { fingerprint, agency } => Text::new(
                format!("密钥 {fingerprint} 不得代表 {agency} 签名"),
                format!("the key {fingerprint} may not sign for {agency}"),
            ),
            Self::SignerOtherNamespace { fingerprint } => Text::new(
                format!("密钥 {fingerprint} 不得签署交付"),
                format!("the key {fingerprint} may not sign deliveries"),
            ),
            Self::SignerNotYetValid { fingerprint, as_of } => Text::new(
                format!("密钥 {fingerprint} 在数据日期 {as_of} 尚未生效"),
                format!("the key {fingerprint} is not yet valid on {as_of}, the day of the data"),
            ),
            Self::SignerExpired { fingerprint, as_of } => Text::new(
                format!("密钥 {fingerprint} 在数据日期 {as_of} 已过期"),
                format!("the key {fingerprint} has expired on {as_of}, the day of the data"),
            ),
            Self::AsOfFuture { as_of } => Text::new(
                format!("数据日期 {as_of} 还没有到"),
                format!("the day of the data, {as_of}, has not come yet"),
            ),
            Self::ContractUnknown { dataset } => Text::new(
                format!("没有数据集 {dataset} 的契约"),
                format!("there is no contract for {dataset}"),
            ),
            Self::ContractVersion { stated, ours } => Text::new(
                format!("按契约版本 {} 编制，本系统为 {ours}", printable(stated, 60)),
                format!("written to version {} of the contract; ours is {ours}", printable(stated, 60)),
            ),
            Self::NormalisationUnknown { stated } => Text::new(
                format!("身份号码规范化版本 {stated} 未知"),
                format!("version {stated} of the normalisation of identity numbers is not known"),
            ),
            Self::KeyEpoch { stated, ours } => Text::new(
                format!("密钥期 {stated} 与库中的 {ours} 不同，两期令牌无法比对"),
                format!(
                    "its key epoch {stated} is not the store's, {ours}: tokens of two epochs cannot be compared"
                ),
            ),
            Self::KeyReplaced { stated, ours } => Text::new(
                format!("密钥期 {stated} 已由 {ours} 取代"),
                format!("its key epoch {stated} was replaced by {ours}"),
            ),
            Self::KeyWaits { stated, ours, missing } if missing.is_empty() => Text::new(
                format!("库仍在密钥期 {ours}，尚未换到 {}", stated.key_id),
                format!("the store is still in key epoch {ours} and has not moved on to {}", stated.key_id),
            ),
            Self::KeyWaits { stated, ours, missing } => Text::new(
                format!(
                    "库仍在密钥期 {ours}：换到 {} 还缺这些机构的桥表：{}",
                    stated.key_id,
                    missing.join("、")
                ),
                format!(
                    "the store is still in key epoch {ours}: to move on to {} it lacks the bridges of {}",
                    stated.key_id,
                    missing.join(", ")
                ),
            ),
            Self::BridgeEpoch { from, to, ours } => Text::new(
                format!("桥表从 {from} 通向 {to}，而库在密钥期 {ours}；用过的密钥不能再用"),
                format!(
                    "it leads from {from} to {to}, but the store is in {ours}; a key that was replaced never comes back"
                ),
            ),
            Self::HashAlgorithm { stated, ours } => Text::new(
                format!("令牌算法 {stated} 与库中的 {ours} 不同"),
                format!("its tokens are {stated}, the store's are {ours}"),
            ),
            Self::FileMissing { path } => {
                Text::new(format!("缺少文件 {path}"), format!("the file {path} is missing"))
            }
            Self::FileIsLink { path } => {
                Text::new(format!("{path} 是链接，不是文件"), format!("{path} is a link or no plain file"))
            }
            Self::FileUnreadable { path, reason } => {
                Text::new(format!("{path} 读不出：{reason}"), format!("{path} cannot be read: {reason}"))
            }
            Self::FileSize { path, stated, found } if found < stated => Text::new(
                format!("{path} 不完整：应有 {stated} 字节，实有 {found}"),
                format!("{path} is cut off: {found} of {stated} bytes are there"),
            ),
            Self::FileSize { path, stated, found } => Text::new(
                format!("{path} 比申报的大：应有 {stated} 字节，实有 {found}"),
                format!("{path} is larger than stated: {found} bytes instead of {stated}"),
            ),
            Self::FileDigest { path } => Text::new(
                format!("{path} 的内容与申报的 SHA-256 不符：签名后被改动或损坏"),
                format!("{path} does not have the stated SHA-256: it was changed or damaged after signing"),
            ),
            Self::SequenceTaken { by } => Text::new(
                format!("同一数据集、同一日期、同一序号已收下另一份交付 {by}"),
                format!("another delivery of this dataset, day and sequence was accepted: {by}"),
            ),
            Self::SupersedesOther { id, dataset } => Text::new(
                format!("声明更正的 {id} 不是 {dataset} 同日或更早的交付"),
                format!(
                    "it says that it corrects {id}, which is no delivery of {dataset} of the same day or before"
                ),
            ),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Text {
        match self {
            Self::SignerUnknown { .. }
            | Self::SignerOtherAgency { .. }
            | Self::SignerOtherNamespace { .. }
            | Self::SignerNotYetValid { .. }
            | Self::SignerExpired { .. } => Text::new(
                "向机构当面或电话核对指纹后，在 allowed_signers 中登记该密钥；否则请机构用有效密钥重新封装",
                "check the fingerprint with the agency over another channel and enter the key in allowed_signers; else ask for a new delivery with a valid key",
            ),
            Self::ContractUnknown { .. } => Text::new(
                "本流程不用这个数据集；若另一个流程使用，请运行那个流程，或让它用自己的收件箱；否则把合约加进流程文件 contracts 所列的文件夹",
                "this pipeline does not use the dataset: run the pipeline that does, or give that one an inbox of its own; else add its contract to a folder that the pipeline names under `contracts`",
            ),
            Self::ContractVersion { .. } => Text::new(
                "核对 schemas/ 中的契约，或请机构按现行契约重新封装",
                "look at the contract in schemas/, or ask the agency to seal it again with the current one",
            ),
            Self::KeyEpoch { .. } => Text::new(
                "请机构用本期密钥和算法重新封装；若是约定更换密钥，各机构先用 hedui seal rekey 送来桥表",
                "ask the agency to seal it again with the key and algorithm of this epoch; if the key was changed by agreement, every agency first sends its bridge: hedui seal rekey",
            ),
            Self::KeyReplaced { ours, .. } => Text::new(
                format!("请机构用密钥 {ours} 重新封装，更正也是（--supersedes 照旧）"),
                format!(
                    "ask the agency to seal it again with the key {ours}, also if it is a correction (--supersedes stays)"
                ),
            ),
            Self::KeyWaits { missing, .. } if !missing.is_empty() => Text::new(
                "桥表齐了即自动收下；请所缺机构运行 hedui seal rekey。若某机构已不存在：请接管其档案的单位代做，并在 allowed_signers 中为该机构登记这个单位的密钥；原始文件若已无存，把该机构的文件夹移出收件箱和库的 snapshots/，其数据从此不用",
                "it is taken in by itself once the bridges are there; ask those agencies to run hedui seal rekey. If one of them is no more, let whoever keeps its files now make its bridge, and enter their key for that agency in allowed_signers; if the files are gone too, take the agency's folder out of the inbox and out of the store's snapshots/: its data is then used no more",
            ),
            Self::KeyWaits { .. } => {
                Text::new("桥表已齐，会自动收下", "every bridge is there, and it is taken in by itself")
            }
            Self::BridgeEpoch { .. } => Text::new(
                "请用库中现在的密钥和新密钥重新制作桥表：hedui seal rekey",
                "make the bridge again from the key of the store to a new key: hedui seal rekey",
            ),
            Self::NormalisationUnknown { .. } => Text::new(
                "请机构用本期密钥和算法重新封装",
                "ask the agency to seal it again with the key and algorithm of this epoch",
            ),
            Self::HashAlgorithm { ours, .. } => Text::new(
                format!("请机构用本期算法重新封装：hedui seal --hash {ours}"),
                format!(
                    "ask the agency to seal it again with the algorithm of this epoch: hedui seal --hash {ours}"
                ),
            ),
            Self::SequenceTaken { by } => Text::new(
                format!("若是更正，请用更大的 --sequence 并加 --supersedes {by} 重新封装"),
                format!(
                    "if it is a correction, seal it again with a higher --sequence and --supersedes {by}"
                ),
            ),
            Self::SupersedesOther { .. } => {
                Text::new("请核对 --supersedes 中的交付编号", "check the delivery's id given to --supersedes")
            }
            Self::FileUnreadable { .. }
            | Self::FolderUnreadable { .. }
            | Self::DescriptorUnreadable { .. }
            | Self::SignatureUnreadable { .. } => {
                Text::new("检查磁盘和权限后再运行", "check the disk and the permissions, then run again")
            }
            Self::NameHoldsNumber => Text::new(
                "在收件箱中找到名称里有 15 位或 18 位数字的文件夹或文件并销毁；请机构另取名称重新封装",
                "look in the inbox for a folder or file with 15 or 18 digits in its name and destroy it; ask the agency to seal it again under another name",
            ),
            Self::AsOfFuture { .. } => Text::new(
                "请机构核对 --as-of 并重新封装；若是本机时钟不对，先校正，再把文件夹移回收件箱",
                "ask the agency which day the data is about, and to seal it again with that --as-of; if it is this machine's clock that is wrong, set it right and put the folder back into the inbox",
            ),
            Self::FileMissing { .. }
            | Self::DescriptorMissing
            | Self::DescriptorCutOff(_)
            | Self::SignatureMissing
            | Self::SignatureCutOff => still_arriving(),
            Self::FileSize { stated, found, .. } if found < stated => still_arriving(),
            Self::FileDigest { .. } | Self::FileSize { .. } | Self::SignatureWrong => Text::new(
                "不要使用；请机构重发，并查明改动发生在哪里",
                "do not use it; ask the agency to send it again, and find out where it was changed",
            ),
            Self::FolderIsLink | Self::FileIsLink { .. } => {
                Text::new("请放入文件本身", "put the files themselves into the inbox")
            }
            _ => Text::new("请机构用 hedui seal 重新封装", "ask the agency to seal it again with hedui seal"),
        }
    }
}

fn still_arriving() -> Text {
    Text::new(
        "可能仍在传输；传完后再运行，否则请机构重发",
        "it may still be on its way: run again when it has arrived, or ask the agency to send it again",
    )
}

/// What is wrong with a descriptor: as much of it as a person reads.
fn descriptor_text(error: &PackageError) -> Text {
    let shown = error.problems.iter().take(PROBLEMS_SHOWN);
    let list = |wording: fn(&Text) -> &str, mark: &str| {
        let said = |problem: &Problem| format!("{} {}", problem.place, wording(&problem.what));
        let said: Vec<String> = shown.clone().map(|problem| printable(&said(problem), 400)).collect();
        said.join(mark)
    };
    let (mut zh, mut en) = (list(|text| &text.zh, "；"), list(|text| &text.en, "; "));
    let others = error.problems.len().saturating_sub(PROBLEMS_SHOWN);
    if others > 0 {
        zh.push_str(&format!("；另有 {others} 处"));
        en.push_str(&format!("; and {others} more"));
    }
    Text::new(format!("datapackage.json 有误：{zh}"), format!("datapackage.json is wrong: {en}"))
}
