//! What can go wrong with a store or an inbox in object storage: what, where, what to do. No secret ever enters it.

use std::{io, path::PathBuf};

use crate::model::Text;

/// Why a store or an inbox in object storage cannot be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the texts say what each one is")]
pub enum BucketError {
    #[error("an address may not hold keys or signatures")]
    SecretInAddress,
    #[error("`{address}` is not of the form s3://bucket/prefix")]
    BadAddress { address: String },
    #[error("this program was built without object storage")]
    NotBuilt,
    #[error("no keys for object storage in the environment")]
    NoKeys,
    #[error("AWS_ENDPOINT_URL names http://, which is not encrypted")]
    NotEncrypted,
    #[error("the setting {name} cannot be used")]
    BadSetting { name: String },
    #[error("{address}: there is no such bucket")]
    NoBucket { address: String },
    #[error("{object}: access denied while trying to {doing} it ({said})")]
    Denied { doing: &'static str, object: String, said: String },
    #[error("{address}: the server does not accept the keys ({said})")]
    WrongKey { address: String, said: String },
    #[error("{address}: the bucket lies in another region ({said})")]
    WrongRegion { address: String, said: String },
    #[error("{address}: {endpoint} did not answer")]
    Unreachable { address: String, endpoint: String },
    #[error("cannot {doing} {object}: {said}")]
    Failed { doing: &'static str, object: String, said: String },
    #[error("{object} is gone")]
    Missing { object: String },
    #[error("{object} is not what was published ({said})")]
    Changed { object: String, said: &'static str },
    #[error("{} was changed on this machine", path.display())]
    Altered { path: PathBuf },
    #[error("{address} is in use by {by} since {since}, at least until {until}")]
    Held { address: String, by: String, since: String, until: String },
    #[error("{address}: another run took over while this one was away")]
    Lost { address: String },
    #[error("{address}: the server writes over objects that it was told not to write over")]
    NotExclusive { address: String },
    #[error("{object} cannot be read")]
    Unreadable { object: String },
    #[error("an object below {address} has a name that cannot be a path here: {name}")]
    BadName { address: String, name: String },
    #[error("another process on this machine works in {}", path.display())]
    InUse { path: PathBuf },
    #[error("cannot {doing} {}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
}

impl BucketError {
    #[cfg_attr(
        not(feature = "s3"),
        expect(dead_code, reason = "there is no working copy without object storage")
    )]
    pub(super) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }

    /// Whether what was asked for is wrong, and nothing was begun.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::SecretInAddress
                | Self::BadAddress { .. }
                | Self::NotBuilt
                | Self::NoKeys
                | Self::NotEncrypted
                | Self::BadSetting { .. }
        )
    }

    /// Whether something is not what it was when it was published.
    pub fn is_verification(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::Changed { .. } | Self::Altered { .. })
    }

    /// What happened, as a whole sentence.
    pub fn what(&self) -> Text {
        match self {
            Self::SecretInAddress => {
                Text::new("s3:// 地址里不能写密钥或签名", "an s3:// address must not hold keys or signatures")
            }
            Self::BadAddress { .. } => Text::new("s3:// 地址不对", "the s3:// address is wrong"),
            Self::NotBuilt => {
                Text::new("这个程序编译时没有带对象存储", "this program was built without object storage")
            }
            Self::NoKeys => Text::new("没有对象存储的密钥", "there are no keys for object storage"),
            Self::NotEncrypted => {
                Text::new("对象存储的地址没有加密", "the address of the object storage is not encrypted")
            }
            Self::BadSetting { .. } => {
                Text::new("对象存储的一项设置不对", "a setting of the object storage is wrong")
            }
            Self::NoBucket { .. } => Text::new("存储桶不存在", "the bucket does not exist"),
            Self::Denied { .. } => Text::new("对象存储拒绝访问", "the object storage denies access"),
            Self::WrongKey { .. } => {
                Text::new("对象存储不认这对密钥", "the object storage does not accept the keys")
            }
            Self::WrongRegion { .. } => Text::new("存储桶在另一个区域", "the bucket lies in another region"),
            Self::Unreachable { .. } => Text::new("连不上对象存储", "the object storage cannot be reached"),
            Self::Failed { .. } => Text::new("对象存储出错", "the object storage failed"),
            Self::Missing { .. } => {
                Text::new("对象存储中少了一个对象", "an object is gone from the object storage")
            }
            Self::Changed { .. } => {
                Text::new("对象存储中有对象被改动", "an object was changed in the object storage")
            }
            Self::Altered { .. } => Text::new(
                "本机的工作副本被改动，没有发布",
                "the working copy on this machine was changed; nothing was published",
            ),
            Self::Held { .. } => {
                Text::new("另一个程序正在写这个库", "another program is writing to this store")
            }
            Self::Lost { .. } => Text::new(
                "库已被另一个程序接管，没有发布",
                "another program took over the store; nothing was published",
            ),
            Self::NotExclusive { .. } => Text::new(
                "这个对象存储不能保证只有一个程序写",
                "this object storage cannot make sure that only one program writes",
            ),
            Self::Unreadable { .. } => {
                Text::new("对象存储中有对象读不懂", "an object in the object storage cannot be understood")
            }
            Self::BadName { .. } => {
                Text::new("有对象的名字不能用", "an object has a name that cannot be used")
            }
            Self::InUse { .. } => Text::new(
                "本机另一个程序正在用这个工作副本",
                "another program on this machine uses this working copy",
            ),
            Self::Io { .. } => Text::new(
                "本机的工作副本读写不了",
                "the working copy on this machine cannot be read or written",
            ),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Text {
        match self {
            Self::SecretInAddress => Text::new(
                "密钥放在环境变量 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY 里；写进过命令行的密钥请更换",
                "keys go into the environment, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; replace a key that was typed",
            ),
            Self::BadAddress { .. } => Text::new(
                "写成 s3://桶/前缀；桶名用小写字母、数字、点和连字符，前缀里没有空的、. 或 .. 的一段",
                "write s3://bucket/prefix; a bucket has small letters, digits, dots and hyphens, a prefix no part that is empty, . or ..",
            ),
            Self::NotBuilt => Text::new(
                "用默认特性重新编译（特性 s3），或改用文件夹",
                "build it with its default features (s3), or use a folder",
            ),
            Self::NoKeys => Text::new(
                "设置 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY；用云主机自己的身份则设置 AWS_EC2_METADATA_DISABLED=false",
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; for the identity of a cloud machine set AWS_EC2_METADATA_DISABLED=false",
            ),
            Self::NotEncrypted => Text::new(
                "用 https://；只在自己的封闭网络里才设置 AWS_ALLOW_HTTP=true",
                "use https://; set AWS_ALLOW_HTTP=true only in a closed network of your own",
            ),
            Self::BadSetting { name } => {
                Text::new(format!("检查环境变量 {name}"), format!("look at the environment variable {name}"))
            }
            Self::NoBucket { .. } => Text::new(
                "检查桶名和 AWS_ENDPOINT_URL；桶要先由管理员建好",
                "look at the bucket's name and AWS_ENDPOINT_URL; the bucket has to be made first",
            ),
            Self::Denied { .. } => Text::new(
                "请管理员给这对密钥这个前缀下列出、读、写、删的权限",
                "ask for the right to list, read, write and delete below this prefix for these keys",
            ),
            Self::WrongKey { .. } => Text::new(
                "检查 AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY，临时密钥还要 AWS_SESSION_TOKEN；本机时钟也要准",
                "look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for keys of a session, AWS_SESSION_TOKEN; and at the machine's clock",
            ),
            Self::WrongRegion { .. } => {
                Text::new("把 AWS_REGION 设为桶所在的区域", "set AWS_REGION to the bucket's region")
            }
            Self::Unreachable { .. } => Text::new(
                "检查 AWS_ENDPOINT_URL、网络和服务器，然后再运行一次：已发布的没有变",
                "look at AWS_ENDPOINT_URL, the network and the server, then run again: what was published stands as it was",
            ),
            Self::Failed { .. } => Text::new(
                "再运行一次；还不行就把这一行交给对象存储的管理员",
                "run again; if it stays, show this line to whoever runs the object storage",
            ),
            Self::Missing { .. } | Self::Changed { .. } => Text::new(
                "从对象存储的版本或备份恢复这个对象；查清是谁改动的",
                "restore the object from the bucket's versions or the backup; find out who changed it",
            ),
            Self::Altered { .. } => Text::new(
                "查清是谁改动的，再运行一次：副本会从对象存储重新取回",
                "find out who changed it, then run again: the copy is brought anew from the object storage",
            ),
            Self::Held { until, .. } => Text::new(
                format!("等它结束再试；如果它已经死了，{until} 以后下一次运行会自动接管"),
                format!(
                    "wait until it is done; if it is dead, the next run after {until} takes over by itself"
                ),
            ),
            Self::Lost { .. } => Text::new("再运行一次", "run again"),
            Self::NotExclusive { .. } => Text::new(
                "换用支持条件写入（If-None-Match、If-Match）的对象存储，或升级它",
                "use object storage with conditional writes (If-None-Match, If-Match), or a newer version of it",
            ),
            Self::Unreadable { .. } => Text::new(
                "它可能出自更新的版本：用新的程序，或从备份恢复它",
                "it may come from a newer version: use the newer program, or restore it from the backup",
            ),
            Self::BadName { .. } => Text::new("把这个对象改名或删除", "rename or remove the object"),
            Self::InUse { .. } => {
                Text::new("等它结束再试，或用另一个 --cache", "wait until it is done, or use another --cache")
            }
            Self::Io { .. } => Text::new(
                "用 --cache 指明一个有空间、可写的文件夹",
                "name a folder with room that can be written with --cache",
            ),
        }
    }
}
