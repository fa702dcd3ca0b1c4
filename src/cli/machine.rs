//! What the machine lets the program hold, for those who do not say it with `--memory`. It reads limits and never sets one.
//!
//! # Decisions
//!
//! - Three quarters of the least of what there is: the machine's memory, the limit of its control group and of those above it (a
//!   container's, `MemoryMax=` of a systemd unit), the address space (`ulimit -v`). The rest is for what nobody counts, and for the
//!   system. Where all that cannot be read nothing is bounded.

use std::path::{Path, PathBuf};

/// The bytes that the program may hold where nobody says it.
pub fn memory() -> Option<u64> {
    least().map(|bytes| bytes / 4 * 3)
}

#[cfg(target_os = "linux")]
fn least() -> Option<u64> {
    use procfs::{
        Current as _, Meminfo,
        process::{LimitValue, Process},
    };
    let machine = Meminfo::current().ok().map(|memory| memory.mem_total);
    let me = Process::myself().ok();
    let space = me.as_ref().and_then(|me| match me.limits().ok()?.max_address_space.soft_limit {
        LimitValue::Value(bytes) => Some(bytes),
        LimitValue::Unlimited => None,
    });
    let groups = me.as_ref().and_then(|me| me.cgroups().ok()).into_iter().flatten();
    let group = groups
        .filter_map(|group| {
            let is_memorys = group.controllers.iter().any(|controller| controller == "memory");
            // The second kind of control groups has one tree for everything.
            let tree = if is_memorys { "memory" } else { "" };
            let file = if is_memorys { "memory.limit_in_bytes" } else { "memory.max" };
            least_of_group(&Path::new("/sys/fs/cgroup").join(tree), &group.pathname, file)
        })
        .min();
    [machine, space, group].into_iter().flatten().min()
}

#[cfg(not(target_os = "linux"))]
fn least() -> Option<u64> {
    None
}

/// The least limit of a control group and of those above it, up to the tree's root. What is not there or says `max` bounds nothing.
fn least_of_group(tree: &Path, group: &str, file: &str) -> Option<u64> {
    let group: PathBuf = tree.join(group.trim_start_matches('/'));
    let groups = group.ancestors().take_while(|folder| folder.starts_with(tree));
    groups.filter_map(|folder| std::fs::read_to_string(folder.join(file)).ok()?.trim().parse().ok()).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_bounded_by_those_above_it_and_by_nothing_that_is_not_there() {
        let tree = tempfile::tempdir().unwrap();
        let unit = tree.path().join("system.slice/hedui.service");
        std::fs::create_dir_all(&unit).unwrap();
        let least = |group: &str| least_of_group(tree.path(), group, "memory.max");
        assert_eq!(least("/system.slice/hedui.service"), None);
        for (folder, limit, expected) in [
            (unit.as_path(), "max", None),
            (tree.path(), "4294967296", Some(4 << 30)),
            (unit.as_path(), "2147483648", Some(2 << 30)),
            (unit.parent().unwrap(), "1073741824", Some(1 << 30)),
        ] {
            std::fs::write(folder.join("memory.max"), format!("{limit}\n")).unwrap();
            assert_eq!(least("/system.slice/hedui.service"), expected, "{limit}");
        }
        // Inside a container the group's own name may be the host's, or lead out of what is seen there.
        for elsewhere in ["/docker/0123", "/../system.slice"] {
            assert_eq!(least(elsewhere), Some(4 << 30), "{elsewhere}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_machine_lets_the_program_hold_something_and_not_all_of_it() {
        let all = std::fs::read_to_string("/proc/meminfo").unwrap();
        let all: u64 = all.split_whitespace().nth(1).unwrap().parse().unwrap();
        let ours = memory().unwrap();
        assert!(ours > 64 << 20 && ours <= all * 1024 / 4 * 3, "{ours} of {all} KiB");
    }
}
