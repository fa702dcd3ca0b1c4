//! Opening a project: every mistake shown with its place before anything is run.

use std::path::Path;

use super::{Exit, args::Global, failure::Failure, output::Output, root};
use crate::{
    diagnostic::{Diagnostics, Renderer, from_disk},
    project::Project,
};

/// Loads a pipeline, shows what is wrong with its files, and stops if anything is.
pub fn open(
    global: &Global,
    pipeline: &Path,
    reference: Option<&Path>,
    output: &Output,
) -> Result<Project, Failure> {
    let (project, found) = load(global, pipeline, reference)?;
    if found.has_errors() {
        return Err(refused(&found, output));
    }
    project.ok_or_else(|| Failure::usage("流程不能读取", "the pipeline cannot be read").exit(Exit::Usage))
}

/// Shows what is wrong with a project, and says that nothing was run.
pub fn refused(found: &Diagnostics, output: &Output) -> Failure {
    show(found, output);
    let (errors, _) = found.counts();
    Failure::usage(
        format!("流程文件有 {errors} 处错误，没有运行"),
        format!("the project's files have {errors} errors; nothing was run"),
    )
    .hint(
        "每处错误的说明：hedui check --explain 代码",
        "every code is explained by hedui check --explain CODE",
    )
}

/// Loads a pipeline with everything that was found.
pub fn load(
    global: &Global,
    pipeline: &Path,
    reference: Option<&Path>,
) -> Result<(Option<Project>, Diagnostics), Failure> {
    let root = root::find(global)?;
    let (mut project, mut found) = Project::load(&root, &pipeline.to_string_lossy());
    if let (Some(project), Some(folder)) = (&mut project, reference) {
        found.append(project.use_reference(folder));
        found.sort();
    }
    Ok((project, found))
}

/// Shows diagnostics on standard error.
pub fn show(found: &Diagnostics, output: &Output) {
    let renderer = Renderer { lang: output.lang(), color: output.has_colour() };
    output.error_line(renderer.all(found, &from_disk).trim_end());
}
