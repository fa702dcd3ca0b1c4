//! Why a delivery is not taken in: each reason with its code, what is wrong and what to do, in both languages.
//!
//! No text here ever carries a value from a data file.

use chrono::NaiveDate;

use super::{HashName, PackageError};
use crate::model::{DatasetId, Text};

/// Why a delivery was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the texts below say what each one is")]
pub enum Refusal {
    FolderIsLink,
    DescriptorMissing,
    DescriptorUnreadable { reason: String },
    DescriptorTooLarge { bytes: u64 },
    DescriptorInvalid(PackageError),
    SignatureMissing,
    SignatureUnreadable { reason: String },
    SignatureMalformed { reason: String },
    SignatureKind { found: String },
    SignatureNamespace { found: String },
    SignatureWrong,
    SignerUnknown { fingerprint: String },
    SignerOtherAgency { fingerprint: String, agency: String },
    SignerOtherNamespace { fingerprint: String },
    SignerNotYetValid { fingerprint: String, as_of: NaiveDate },
    SignerExpired { fingerprint: String, as_of: NaiveDate },
    ContractUnknown { dataset: DatasetId },
    ContractVersion { stated: String, ours: String },
    NormalisationUnknown { stated: u32 },
    KeyEpoch { stated: String, ours: String },
    HashAlgorithm { stated: HashName, ours: HashName },
    FileMissing { path: String },
    FileIsLink { path: String },
    FileUnreadable { path: String, reason: String },
    FileSize { path: String, stated: u64, found: u64 },
    FileDigest { path: String },
    SequenceTaken { by: String },
    SupersedesOther { id: String, dataset: DatasetId },
}

impl Refusal {
    /// The reason's name in receipts and tables.
    pub fn code(&self) -> &'static str {
        match self {
            Self::FolderIsLink => "folder_is_link",
            Self::DescriptorMissing => "descriptor_missing",
            Self::DescriptorUnreadable { .. } => "descriptor_unreadable",
            Self::DescriptorTooLarge { .. } => "descriptor_too_large",
            Self::DescriptorInvalid(_) => "descriptor_invalid",
            Self::SignatureMissing => "signature_missing",
            Self::SignatureUnreadable { .. } => "signature_unreadable",
            Self::SignatureMalformed { .. } => "signature_malformed",
            Self::SignatureKind { .. } => "signature_kind",
            Self::SignatureNamespace { .. } => "signature_namespace",
            Self::SignatureWrong => "signature_wrong",
            Self::SignerUnknown { .. } => "signer_unknown",
            Self::SignerOtherAgency { .. } => "signer_other_agency",
            Self::SignerOtherNamespace { .. } => "signer_other_namespace",
            Self::SignerNotYetValid { .. } => "signer_not_yet_valid",
            Self::SignerExpired { .. } => "signer_expired",
            Self::ContractUnknown { .. } => "contract_unknown",
            Self::ContractVersion { .. } => "contract_version",
            Self::NormalisationUnknown { .. } => "normalisation_unknown",
            Self::KeyEpoch { .. } => "key_epoch",
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
            Self::DescriptorInvalid(error) => descriptor_text(error),
            Self::SignatureMissing => {
                Text::new("没有签名 datapackage.json.sig", "there is no signature datapackage.json.sig")
            }
            Self::SignatureUnreadable { reason } => Text::new(
                format!("签名 datapackage.json.sig 读不出：{reason}"),
                format!("the signature datapackage.json.sig cannot be read: {reason}"),
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
                format!("签名用途是“{found}”，不是 hedui-delivery"),
                format!("the signature was made for `{found}`, not for hedui-delivery"),
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
            Self::ContractUnknown { dataset } => Text::new(
                format!("没有数据集 {dataset} 的契约"),
                format!("there is no contract for {dataset}"),
            ),
            Self::ContractVersion { stated, ours } => Text::new(
                format!("按契约版本 {stated} 编制，本系统为 {ours}"),
                format!("written to version {stated} of the contract; ours is {ours}"),
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
            Self::KeyEpoch { .. } | Self::HashAlgorithm { .. } | Self::NormalisationUnknown { .. } => {
                Text::new(
                    "请机构用本期密钥和算法重新封装",
                    "ask the agency to seal it again with the key and algorithm of this epoch",
                )
            }
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
            | Self::DescriptorUnreadable { .. }
            | Self::SignatureUnreadable { .. } => {
                Text::new("检查磁盘和权限后再运行", "check the disk and the permissions, then run again")
            }
            Self::FileSize { .. } | Self::FileMissing { .. } => Text::new(
                "可能仍在传输；传完后再运行，否则请机构重发",
                "it may still be on its way: run again when it has arrived, or ask the agency to send it again",
            ),
            Self::FileDigest { .. } | Self::SignatureWrong => Text::new(
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

fn descriptor_text(error: &PackageError) -> Text {
    let list = |wording: fn(&Text) -> &str| -> String {
        let problems: Vec<String> = error
            .problems
            .iter()
            .map(|problem| format!("{} {}", problem.place, wording(&problem.what)))
            .collect();
        problems.join("; ")
    };
    Text::new(
        format!("datapackage.json 有误：{}", list(|text| &text.zh)),
        format!("datapackage.json is wrong: {}", list(|text| &text.en)),
    )
}
