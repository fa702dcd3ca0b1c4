//! Every command and flag. Help is in both languages, because the reader has not chosen one yet.

use std::{net::SocketAddr, path::PathBuf};

use chrono::NaiveDate;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use super::machine;
use crate::{
    engine::Address,
    model::{DatasetId, HashName, Lang},
};

/// hedui 核对: leads for social assistance, from what agencies deliver every night.
#[derive(Debug, Parser)]
#[command(
    name = "hedui",
    version,
    about = "核对：社会救助家庭经济状况核对。线索，不是结论。\nChecks household economic status for social assistance. Leads, never decisions.",
    after_help = "从这里开始 · Start here:  hedui demo"
)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command has.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct Global {
    /// 结果格式 · how results are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// 消息和清单的语言 · language of messages and lists (default: from LANG)
    #[arg(long, global = true, value_enum)]
    pub lang: Option<LangArg>,
    /// 只显示结果和错误 · only results and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// 多说一些 · say more
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// 不用颜色 · no colours
    #[arg(long, global = true)]
    pub no_color: bool,
    /// 线程数，默认用全部核心 · threads (default: all cores)
    #[arg(long, global = true)]
    pub threads: Option<usize>,
    /// 内存上限，如 4GiB；默认是本机、容器或 ulimit 所给的四分之三 · memory to hold before spilling (default: three quarters of what the machine, its container or ulimit gives)
    #[arg(long, global = true, value_parser = parse_bytes)]
    pub memory: Option<u64>,
    /// 含 pipelines/ 和 schemas/ 的文件夹 · folder with pipelines/ and schemas/ (default: found from here upwards)
    #[arg(long, global = true)]
    pub root: Option<PathBuf>,
}

/// The format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// The language flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    Zh,
    En,
}

impl Global {
    /// The language asked for, else that of the environment, else Chinese.
    pub fn lang(&self) -> Lang {
        match self.lang {
            Some(LangArg::Zh) => Lang::Zh,
            Some(LangArg::En) => Lang::En,
            None => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "the command line is the door to the environment"
                )]
                let named = ["LC_ALL", "LC_MESSAGES", "LANG"]
                    .iter()
                    .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
                match named {
                    Some(name) if name.starts_with("en") => Lang::En,
                    _ => Lang::Zh,
                }
            }
        }
    }

    /// The number of threads.
    pub fn threads(&self) -> usize {
        let all = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        self.threads.unwrap_or(all).max(1)
    }

    /// The engine's limits.
    pub fn limits(&self) -> crate::engine::Limits {
        crate::engine::Limits {
            threads: self.threads(),
            memory: self.memory.or_else(machine::memory).and_then(|bytes| usize::try_from(bytes).ok()),
        }
    }
}

#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one of it, for as long as the program runs")]
pub enum Command {
    /// 在示例城市上跑一整夜 · a whole night on the sample city, from raw agency files to review lists
    Demo(Demo),
    /// 收取、比对、出清单 · take in deliveries, run the rules, write the lists
    Run(Run),
    /// 部门端：把原始文件封装成交付 · the agency's side: raw files become a signed delivery without identity numbers
    #[command(args_conflicts_with_subcommands = true)]
    Seal(Seal),
    /// 只收取交付 · take in deliveries only
    Accept(Accept),
    /// 检查合约、规则、参数 · every mistake in contracts, rules and parameters, with its place; no data touched
    Check(Check),
    /// 运行规则自带的单元测试 · the rules' own unit tests
    Test(Test),
    /// 生成一座虚构城市的原始文件 · a synthetic city: raw files as agencies export them
    Synth(Synth),
    /// 集群的节点：调度端和执行端 · the nodes of a cluster for nights that are too large for one machine
    #[command(subcommand)]
    Cluster(ClusterCommand),
}

#[derive(Debug, ClapArgs)]
pub struct Demo {
    /// 结果放在哪里 · where everything goes
    #[arg(long, default_value = "hedui-demo")]
    pub dir: PathBuf,
    /// 城市人口；不写则用 sample-data · people in the city (default: the committed sample city)
    #[arg(long)]
    pub persons: Option<u64>,
    /// 城市的种子 · the city's seed
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, ClapArgs)]
pub struct Run {
    /// 流程文件或名称，如 night · a pipeline's file or name
    pub pipeline: PathBuf,
    /// 业务日期，默认今天 · business date (default: today)
    #[arg(long)]
    pub date: Option<NaiveDate>,
    /// 按这一业务日期时已知的数据运行 · use only what was known on this business date (default: all that is known; a past
    /// night that was run before stays as it was known)
    #[arg(long, value_name = "DATE")]
    pub known_on: Option<NaiveDate>,
    /// 库：文件夹，或对象存储 s3://桶/前缀（设置见环境变量 AWS_…） · the store: a folder, or s3://bucket/prefix in object
    /// storage (settings from the environment, AWS_…)
    #[arg(long, default_value = "store", value_name = "DIR|s3://…")]
    pub store: PathBuf,
    /// 收件箱，同上 · the inbox, likewise
    #[arg(long, default_value = "inbox", value_name = "DIR|s3://…")]
    pub inbox: PathBuf,
    /// 对象存储的工作副本放在哪里，默认 ~/.cache/hedui · where working copies of object storage lie (default: ~/.cache/hedui)
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// 全部重新计算，不用前几夜留下的中间结果；结果逐字节相同 · compute everything anew, use nothing that earlier nights left
    /// (the results are the same to the byte)
    #[arg(long)]
    pub fresh: bool,
    /// 另用一个含 standards.csv 的参照文件夹 · a reference folder whose standards.csv overrides parameters
    #[arg(long)]
    pub reference: Option<PathBuf>,
    /// 谁可以为哪个部门签名 · who may sign for which agency, an OpenSSH allowed_signers file
    /// (default: the pipeline's, else allowed_signers in the store)
    #[arg(long)]
    pub signers: Option<PathBuf>,
    /// 在集群上推导事实、运行规则，结果不变；默认在本机 · derive facts and run rules on a cluster, with the same results
    /// (default: on this machine)
    #[arg(long, value_name = "ballista://HOST:PORT", value_parser = Address::of_engine)]
    pub engine: Option<Address>,
}

#[derive(Debug, Subcommand)]
pub enum ClusterCommand {
    /// 调度端：分派工作，一个集群一个 · the scheduler shares out the work; one a cluster
    Scheduler(Scheduler),
    /// 执行端：做工作，可以有很多 · an executor does the work; as many as there are machines
    Executor(Executor),
}

#[derive(Debug, ClapArgs)]
pub struct Scheduler {
    /// 监听的地址；端口没有口令，只能用在可信的网络里 · where it listens; the port has no password: trusted networks only
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:50050")]
    pub listen: SocketAddr,
    /// 执行端用来连接本机的名称 · by which name executors reach this machine (default: the address above)
    #[arg(long, value_name = "HOST")]
    pub name: Option<String>,
    /// 执行端多少秒没有音信就放弃它，它参与的语句由其他执行端重做 · after so many seconds without a sign of life an executor is
    /// given up, and others do the statements again that it worked on
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(5..=3600))]
    pub patience: u64,
    /// 数据只从对象存储读（设置见环境变量 AWS_…），不读本机的文件 · read data from object storage alone (settings from the
    /// environment, AWS_…), no file of this machine
    #[arg(long)]
    pub no_files: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Executor {
    /// 调度端 · the scheduler
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:50050")]
    pub scheduler: Address,
    /// 交出数据行的地址；端口没有口令，只能用在可信的网络里 · where others fetch rows; the port has no password: trusted networks
    /// only
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:50051")]
    pub listen: SocketAddr,
    /// 接受工作的端口，默认为下一个端口 · the port on which work comes in (default: the next one)
    #[arg(long, value_name = "PORT")]
    pub tasks: Option<u16>,
    /// 其他机器用来连接本机的名称 · by which name others reach this machine (default: as the scheduler sees it)
    #[arg(long, value_name = "HOST")]
    pub name: Option<String>,
    /// 中间数据放在哪个文件夹，不必共享 · a folder for rows between two steps, of this machine alone (default: the system's)
    #[arg(long, value_name = "DIR")]
    pub work: Option<PathBuf>,
    /// 数据只从对象存储读（设置见环境变量 AWS_…），不读本机的文件 · read data from object storage alone (settings from the
    /// environment, AWS_…), no file of this machine
    #[arg(long)]
    pub no_files: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Accept {
    /// 流程文件或名称 · the pipeline whose contracts, division and key epoch apply
    #[arg(default_value = "night")]
    pub pipeline: PathBuf,
    /// 业务日期，默认今天 · business date (default: today)
    #[arg(long)]
    pub date: Option<NaiveDate>,
    /// 库：文件夹，或对象存储 s3://桶/前缀（设置见环境变量 AWS_…） · the store: a folder, or s3://bucket/prefix in object
    /// storage (settings from the environment, AWS_…)
    #[arg(long, default_value = "store", value_name = "DIR|s3://…")]
    pub store: PathBuf,
    /// 收件箱，同上 · the inbox, likewise
    #[arg(long, default_value = "inbox", value_name = "DIR|s3://…")]
    pub inbox: PathBuf,
    /// 对象存储的工作副本放在哪里，默认 ~/.cache/hedui · where working copies of object storage lie (default: ~/.cache/hedui)
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// 谁可以为哪个部门签名 · who may sign for which agency, an OpenSSH allowed_signers file
    #[arg(long)]
    pub signers: Option<PathBuf>,
    /// 不收取，只说明一份交付：哪里不对、多少处、怎样改；写回执文件或交付编号 · take nothing in, but explain one delivery to
    /// its agency: what was wrong, how often, how to mend it; give a receipt's path or a delivery's id
    #[arg(long, value_name = "RECEIPT")]
    pub explain: Option<String>,
    /// 把说明写成一个网页，发给部门 · write the explanation as a page, to be sent to the agency
    #[arg(long, value_name = "FILE.html", requires = "explain")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct Check {
    /// 流程文件或名称 · a pipeline's file or name
    #[arg(default_value = "night")]
    pub pipeline: PathBuf,
    /// 解释一个错误代码；不写代码则列出全部 · explain a code, or list them all
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = "all")]
    pub explain: Option<String>,
    /// 没有错误时，把规则书写到这个文件夹 · when nothing is wrong, write the rule book into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "explain")]
    pub book: Option<PathBuf>,
    /// 批准这些规则（或 all）和它们读取的事实，测试通过才批准 · approve these rules (or all) with the facts that they
    /// read, if their tests pass
    #[arg(long, value_name = "RULE,…", value_delimiter = ',', requires = "by", conflicts_with_all = ["explain", "book"])]
    pub approve: Vec<String>,
    /// 由哪个单位批准 · the office that approves
    #[arg(long, value_name = "OFFICE", requires = "approve")]
    pub by: Option<String>,
    /// 另用一个含 standards.csv 的参照文件夹 · a reference folder whose standards.csv overrides parameters
    #[arg(long)]
    pub reference: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct Test {
    /// 流程文件或名称 · a pipeline's file or name
    #[arg(default_value = "night")]
    pub pipeline: PathBuf,
    /// 只测这些规则，如 D-01 或 D · only rules whose id begins so
    #[arg(long)]
    pub filter: Option<String>,
    /// 逐处改错规则和事实，看测试是否发现 · make rules and facts wrong in one place after another: does a test notice?
    #[arg(long)]
    pub mutants: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Synth {
    /// 人口 · people
    #[arg(long)]
    pub persons: u64,
    /// 种子：同一种子得到同一城市 · the same seed gives the same city
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// 放在哪里 · where the city goes
    #[arg(long)]
    pub out: PathBuf,
    /// 业务日期 · the business date its history leads up to
    #[arg(long, default_value = "2026-03-15")]
    pub date: NaiveDate,
    /// 大文件写成 .csv.gz · write the large files compressed
    #[arg(long)]
    pub gzip: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Seal {
    #[command(subcommand)]
    pub command: Option<SealCommand>,
    #[command(flatten)]
    pub seal: Option<SealDelivery>,
}

#[derive(Debug, Subcommand)]
pub enum SealCommand {
    /// 生成散列密钥或签名密钥 · make a hash key (one for the exchange) and a signing key (one an agency)
    Keygen(Keygen),
    /// 更换散列密钥：制作桥表，让新令牌接上旧令牌 · for a change of the hash key: a bridge from the old tokens to the new
    Rekey(Rekey),
}

#[derive(Debug, ClapArgs)]
pub struct Keygen {
    /// 新的散列密钥文件 · a new hash key
    #[arg(long, value_name = "FILE")]
    pub hash_key: Option<PathBuf>,
    /// 新的签名私钥文件 · a new signing key; its public half goes to FILE.pub
    #[arg(long, value_name = "FILE")]
    pub sign_key: Option<PathBuf>,
    /// 签名密钥属于哪个部门 · the agency that signs with it
    #[arg(long, requires = "sign_key")]
    pub agency: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct Rekey {
    /// 桥表的日期 · the day of the bridge
    #[arg(long, value_name = "DATE")]
    pub as_of: NaiveDate,
    /// 旧散列密钥：文件、-、fd:3 或 credential:名称 · the old hash key: its file, -, fd:3 or credential:NAME
    #[arg(long, value_name = "FILE")]
    pub hash_key: PathBuf,
    /// 新散列密钥，同上 · the new hash key, likewise
    #[arg(long, value_name = "FILE")]
    pub to_hash_key: PathBuf,
    /// 旧令牌的算法 · the keyed hash of the old tokens
    #[arg(long, value_name = "NAME", default_value_t)]
    pub hash: HashName,
    /// 新令牌的算法，默认不变 · the keyed hash of the new tokens (default: as before)
    #[arg(long, value_name = "NAME")]
    pub to_hash: Option<HashName>,
    /// 旧密钥批次名，默认由密钥得出 · the old epoch's name (default: derived from the key)
    #[arg(long)]
    pub key_id: Option<String>,
    /// 新密钥批次名，默认由密钥得出 · the new epoch's name (default: derived from the key)
    #[arg(long)]
    pub to_key_id: Option<String>,
    /// 签名私钥：文件，或同上 · the signing key: its file, or as above
    #[arg(long, value_name = "FILE")]
    pub sign_key: PathBuf,
    /// 收件箱；桥表放在 DIR/部门/bridge-… · the inbox; the bridge goes to DIR/agency/bridge-…
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// 原始文件，即用旧密钥封装过的那些 · the raw files, those that were sealed with the old key
    #[arg(required = true, value_name = "AGENCY.DATASET=FILE")]
    pub files: Vec<String>,
    /// 数据集由哪个流程使用；不写则用 schemas/ · the pipeline that uses the datasets (default: schemas/)
    #[arg(long, value_name = "NAME")]
    pub pipeline: Option<PathBuf>,
    /// 更正本部门先前的哪份桥表 · the agency's earlier bridge that this one corrects
    #[arg(long, value_name = "BRIDGE")]
    pub supersedes: Option<String>,
    /// 桥表写成 .csv.gz · compress the table
    #[arg(long)]
    pub gzip: bool,
}

#[derive(Debug, ClapArgs)]
pub struct SealDelivery {
    /// 数据集，如 civil_affairs.payments · the dataset
    #[arg(long, value_name = "AGENCY.DATASET")]
    pub contract: DatasetId,
    /// 数据集由哪个流程使用；不写则用 schemas/ · the pipeline that uses the dataset, such as vehicles (default: schemas/)
    #[arg(long, value_name = "NAME")]
    pub pipeline: Option<PathBuf>,
    /// 数据反映哪一天 · the day that the data is about
    #[arg(long, value_name = "DATE")]
    pub as_of: NaiveDate,
    /// 散列密钥：文件，或 -（标准输入）、fd:3、credential:名称 · the hash key: its file, or - (standard input), fd:3,
    /// credential:NAME (systemd)
    #[arg(long, value_name = "FILE")]
    pub hash_key: PathBuf,
    /// 令牌的算法，由交换各方约定：hmac-sha256 或 hmac-sm3（国密） · the keyed hash, as the exchange agreed
    #[arg(long, value_name = "NAME", default_value_t)]
    pub hash: HashName,
    /// 签名私钥：文件，或同上 · the signing key: its file, or as above
    #[arg(long, value_name = "FILE")]
    pub sign_key: PathBuf,
    /// 收件箱；交付放在 DIR/部门/交付 · the inbox; the delivery goes to DIR/agency/delivery
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// 原始文件：.csv .csv.gz .xlsx .parquet · the raw files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// .xlsx 的工作表，默认第一个可见的 · the sheet of .xlsx files (default: the first visible one)
    #[arg(long, value_name = "SHEET")]
    pub sheet: Option<String>,
    /// 密钥批次名，默认由密钥得出 · the key epoch's name (default: derived from the key)
    #[arg(long)]
    pub key_id: Option<String>,
    /// 当日第几份，默认为下一个空号 · which delivery of that day (default: the next free number)
    #[arg(long)]
    pub sequence: Option<u32>,
    /// 更正哪份交付 · the delivery that this one corrects
    #[arg(long, value_name = "DELIVERY")]
    pub supersedes: Option<String>,
    /// 按月数据集：所涵盖的月份，即使没有行 · months it speaks for even without rows, as 2026-01..2026-02
    #[arg(long, value_name = "A..B")]
    pub months: Option<String>,
    /// 被搁置的行写到这里 · where the rows that were set aside are listed (file, line, column, reason)
    #[arg(long, value_name = "FILE")]
    pub set_aside: Option<PathBuf>,
    /// 数据文件写成 .csv.gz · compress the data files
    #[arg(long)]
    pub gzip: bool,
}

/// `4GiB`, `512MiB`, `4G`, `1000000` → bytes.
fn parse_bytes(text: &str) -> Result<u64, String> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let factor: u64 = match unit {
        "" | "B" => 1,
        "K" | "KiB" => 1 << 10,
        "M" | "MiB" => 1 << 20,
        "G" | "GiB" => 1 << 30,
        _ => return Err(format!("`{text}` is not a size: write for example 4GiB")),
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .filter(|bytes| *bytes >= 64 << 20)
        .ok_or_else(|| format!("`{text}` is not a size of at least 64MiB: write for example 4GiB"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_and_flags_are_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn sizes_are_read_and_nonsense_is_refused() {
        assert_eq!(parse_bytes("4GiB"), Ok(4 << 30));
        assert_eq!(parse_bytes("512MiB"), Ok(512 << 20));
        for bad in ["", "GiB", "4 GiB", "1KiB", "-1G", "4TB"] {
            assert!(parse_bytes(bad).is_err(), "{bad}");
        }
    }
}
