//! `hedui synth`: a synthetic city, raw files as agencies export them.

use serde_json::json;

use super::{Exit, args, failure::Failure, open, output::Output, root};
use crate::{
    contract,
    synth::{self, Spec},
};

/// Makes a city.
pub fn run(global: &args::Global, args: &args::Synth, output: &Output) -> Result<Exit, Failure> {
    let root = root::find(global)?;
    let (contracts, found) = contract::load(&[root.join("schemas")]);
    if found.has_errors() {
        open::show(&found, output);
        return Err(Failure::usage("合约有错误", "the contracts have errors"));
    }
    let persons = u32::try_from(args.persons).map_err(|_| {
        Failure::usage("人口太多", "that is too many people")
            .hint("至多四十亿", "four thousand million at the most")
    })?;
    let spec = Spec {
        persons,
        seed: args.seed,
        out: args.out.clone(),
        business_date: args.date,
        gzip: args.gzip,
        threads: global.threads(),
    };
    let mut last = 0;
    let mut progress = |now: synth::Progress| {
        let percent = u64::from(now.persons) * 100 / u64::from(now.of.max(1));
        if percent >= last + 10 {
            last = percent;
            output.note(&format!("已生成 {percent}%"), &format!("{percent} % written"));
        }
    };
    let made = synth::make(&spec, &contracts, &mut progress)
        .map_err(|error| Failure::failed("城市没有生成", "the city was not made", &error))?;
    output.line(output.say(
        &format!("{persons} 人、{} 行、{} 个已知案例：{}", made.rows(), made.known_cases, args.out.display()),
        &format!(
            "{persons} people, {} rows, {} known cases: {}",
            made.rows(),
            made.known_cases,
            args.out.display()
        ),
    ));
    output.json(
        &json!({"persons": persons, "rows": made.rows(), "known_cases": made.known_cases, "out": args.out}),
    );
    Ok(Exit::Done)
}
