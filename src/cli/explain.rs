//! `hedui accept --explain`: what an agency's clerk can act on, from a receipt.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{Exit, args, failure::Failure, open, output::Output, places::Places};
use crate::{
    report::{self, ReplyError},
    store::bucket::Need,
};

/// Explains one delivery; writes a page where one is asked for.
pub async fn run(
    global: &args::Global,
    accept: &args::Accept,
    named: &str,
    output: &Arc<Output>,
) -> Result<Exit, Failure> {
    let nowhere = Path::new("");
    let places =
        Places::open(&accept.store, nowhere, accept.cache.as_deref(), Need::Receipts, output).await?;
    let receipt = report::find(&places.store, named).map_err(|error| failure(&error))?;
    // The contracts give columns their headers. What is wrong with rules is no reason to leave an agency without an answer.
    let project = open::load(global, &accept.pipeline, None)?.0;
    let contracts = project.map_or_else(BTreeMap::new, |project| project.contracts);
    let reply = report::gather(&places.store, &receipt, &contracts).map_err(|error| failure(&error))?;
    if let Some(path) = &accept.out {
        write(path, &report::reply_page(&reply, global.lang()))?;
        output.line(path.display().to_string());
    } else {
        report::plain(&reply, global.lang()).iter().for_each(|line| output.line(line));
    }
    output.json(&reply.json());
    Ok(Exit::Done)
}

fn write(path: &Path, page: &str) -> Result<(), Failure> {
    std::fs::write(path, page).map_err(|error| {
        let failure = Failure::failed("网页写不下", "the page cannot be written", &error);
        failure.hint(
            format!("{}：换一个 --out", path.display()),
            format!("{}: choose another --out", path.display()),
        )
    })
}

fn failure(error: &ReplyError) -> Failure {
    let mut failure = Failure::failed("说明不了这份交付", "this delivery cannot be explained", error);
    failure.hint = error.hint();
    failure.exit(Exit::Usage)
}
