//! What the agency can do about a refusal, said to the clerk who sent the delivery. Never a value from a data file.

use super::Refusal;
use crate::model::Text;

impl Refusal {
    /// What the agency can do.
    pub fn mend(&self) -> Text {
        match self {
            Self::DescriptorMissing
            | Self::DescriptorCutOff(_)
            | Self::SignatureMissing
            | Self::SignatureCutOff
            | Self::FileMissing { .. } => send_whole(),
            Self::FileSize { stated, found, .. } if found < stated => send_whole(),
            Self::NameHoldsNumber => Text::new(
                "文件夹和文件的名称里不得有证件号码：请另取名称，重新封装后整个文件夹重传，并销毁原来的副本",
                "no folder or file may be called by an identity number: give it another name, seal the files again, send the whole folder, and destroy the old copies",
            ),
            Self::FolderIsLink | Self::FileIsLink { .. } => Text::new(
                "请直接放入文件本身，不要用快捷方式、链接、管道或同名文件夹代替",
                "send the files themselves, not a shortcut, a link, a pipe or a folder of the same name",
            ),
            Self::DescriptorTooLarge { .. }
            | Self::DescriptorInvalid(_)
            | Self::SignatureTooLarge { .. }
            | Self::SignatureMalformed { .. }
            | Self::SignatureKind { .. }
            | Self::SignatureNamespace { .. } => Text::new(
                "请用 hedui seal 对原始文件重新封装，不要手工改动 datapackage.json 和 .sig，再把新文件夹整个传来",
                "seal the raw files again with hedui seal, leave datapackage.json and .sig as it writes them, and send the new folder whole",
            ),
            Self::SignatureWrong | Self::FileDigest { .. } | Self::FileSize { .. } => Text::new(
                "封装之后请不要再打开保存、改名或替换文件（用表格软件打开再保存就会改动内容）；请对原始文件重新封装后整个文件夹重传，并查明是谁在封装后改动的",
                "after sealing, do not open and save, rename or replace a file (a spreadsheet that saves it changes it); seal the raw files again, send the whole folder, and find out who changed it after sealing",
            ),
            Self::SignerUnknown { fingerprint } | Self::SignerOtherNamespace { fingerprint } => Text::new(
                format!(
                    "文件本身不必改。请打电话或当面把签名密钥的指纹 {fingerprint} 告诉收件方登记；登记后会自动再收"
                ),
                format!(
                    "the files need no change: tell the receiver the fingerprint of your signing key, {fingerprint}, by telephone or in person; once it is entered the delivery is taken in by itself"
                ),
            ),
            Self::SignerOtherAgency { agency, .. } => Text::new(
                format!(
                    "这把密钥没有登记为 {agency} 所有。请用 {agency} 自己的签名密钥重新封装；若密钥没用错，请收件方更正登记"
                ),
                format!(
                    "this key is not entered for {agency}: seal the files again with {agency}'s own signing key; if it is the right one, ask the receiver to correct the entry"
                ),
            ),
            Self::SignerNotYetValid { as_of, .. } | Self::SignerExpired { as_of, .. } => Text::new(
                format!(
                    "请核对数据日期 {as_of} 是否写对；若写对了，请用当时有效的密钥重新封装，或请收件方更新密钥有效期"
                ),
                format!(
                    "check that {as_of} is the day of the data; if it is, seal the files again with a key that was valid then, or ask the receiver to renew the key's dates"
                ),
            ),
            Self::AsOfFuture { .. } => Text::new(
                "数据不可能反映还没有到的日子。请核对 hedui seal 的 --as-of（数据截至哪一天），改正后重新封装",
                "data cannot be about a day that has not come: check the --as-of that hedui seal was given (the day up to which the data was read), and seal the files again",
            ),
            Self::ContractUnknown { dataset } => Text::new(
                format!("请核对 --contract 是否写对；若 {dataset} 确应交付，请与收件方确认交到哪里"),
                format!(
                    "check the --contract that hedui seal was given; if {dataset} is meant, ask the receiver where it is to be delivered"
                ),
            ),
            Self::ContractVersion { ours, .. } => Text::new(
                format!("请向收件方索取现行数据合同（版本 {ours}），按它导出并重新封装"),
                format!(
                    "ask the receiver for the current contract (version {ours}), export the data to it and seal it again"
                ),
            ),
            Self::KeyWaits { missing, .. } if missing.is_empty() => Text::new(
                "各机构的桥表已齐，由收件方换到新密钥；这份交付不必重发",
                "every agency's bridge is there and the receiver moves on to the new key; this delivery need not be sent again",
            ),
            Self::KeyWaits { missing, .. } => Text::new(
                format!(
                    "若贵单位在其中，请用 hedui seal rekey 做桥表并交付：{}；这份交付不必重发",
                    missing.join("、")
                ),
                format!(
                    "if you are one of these, make a bridge with hedui seal rekey and deliver it: {}; this delivery need not be sent again",
                    missing.join(", ")
                ),
            ),
            Self::BridgeEpoch { .. } => Text::new(
                "请用收件方现在的密钥和新密钥重新制作桥表（hedui seal rekey）",
                "make the bridge again from the receiver's present key to the new one (hedui seal rekey)",
            ),
            Self::NormalisationUnknown { .. }
            | Self::HashAlgorithm { .. }
            | Self::KeyEpoch { .. }
            | Self::KeyReplaced { .. } => Text::new(
                "请核对所用的散列密钥文件是否为本期的一把，并用与收件方相同版本的 hedui 重新封装",
                "check that the hash key is this epoch's, and seal the files again with the version of hedui that the receiver uses",
            ),
            Self::SequenceTaken { by } => Text::new(
                format!(
                    "同一天的这个序号已经收过一份。若这份是更正，请加 --supersedes {by} 重新封装（序号会自动取下一个）；若是重复发送，不必再做什么"
                ),
                format!(
                    "a delivery of that day and number was taken in already: if this one corrects it, seal it again with --supersedes {by} (the next number is taken by itself); if it was sent twice, nothing need be done"
                ),
            ),
            Self::SupersedesOther { .. } => Text::new(
                "请把 --supersedes 写成要更正的那份交付的编号（见上次的回执），只能更正同一数据集、同日或更早的交付",
                "give --supersedes the id of the delivery to be corrected, as its receipt has it: one of the same dataset, of the same day or before",
            ),
            Self::FolderUnreadable { .. }
            | Self::DescriptorUnreadable { .. }
            | Self::SignatureUnreadable { .. }
            | Self::FileUnreadable { .. } => Text::new(
                "这是收件方磁盘或权限的问题，您不必重发，除非收件方另行通知",
                "this is a matter of the receiver's disk or permissions: nothing need be sent again unless the receiver asks for it",
            ),
        }
    }
}

fn send_whole() -> Text {
    Text::new(
        "可能还在传输，或传输中断。请确认封装得到的整个文件夹（数据文件、datapackage.json、datapackage.json.sig）都已传完；传完后会自动再收。建议传输时文件夹名以“.”开头，传完再改名",
        "it may still be on its way, or was interrupted: see that the whole folder that sealing made has arrived (the data files, datapackage.json, datapackage.json.sig); it is then taken in by itself. Best give the folder a name that begins with a point while it is sent, and rename it when it is whole",
    )
}
