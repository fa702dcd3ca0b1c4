//! Exit codes: what a script that started hedui may rely on.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, with or without leads.
    Done,
    /// 1: failed.
    Failed,
    /// 2: usage or configuration is wrong.
    Usage,
    /// 3: done, but something was set aside and a person must look.
    LookAt,
    /// 4: a verification failed.
    Unverified,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::LookAt => 3,
            Exit::Unverified => 4,
        })
    }
}
