//! Where `pipelines/` and `schemas/` are: named, in or above the working folder, or beside the program.

use std::path::{Path, PathBuf};

use super::{args::Global, failure::Failure};

/// Finds the installation's folder.
pub fn find(global: &Global) -> Result<PathBuf, Failure> {
    let has_both = |folder: &Path| folder.join("pipelines").is_dir() && folder.join("schemas").is_dir();
    if let Some(root) = &global.root {
        if has_both(root) {
            return Ok(root.clone());
        }
        return Err(Failure::usage(
            format!("{} 中没有 pipelines 和 schemas 两个文件夹", root.display()),
            format!("{} does not hold the folders pipelines and schemas", root.display()),
        ));
    }
    let here = std::env::current_dir().unwrap_or_default();
    let above = here.ancestors().find(|folder| has_both(folder)).map(Path::to_path_buf);
    let beside = || {
        let program = std::env::current_exe().ok()?;
        program.ancestors().skip(1).find(|folder| has_both(folder)).map(Path::to_path_buf)
    };
    above.or_else(beside).ok_or_else(|| {
        Failure::usage(
            "找不到 pipelines 和 schemas 两个文件夹",
            "the folders pipelines and schemas were not found",
        )
        .hint(
            "请在安装文件夹中运行，或用 --root 指明它",
            "run in the installation's folder, or name it with --root",
        )
    })
}
