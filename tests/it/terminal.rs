//! What somebody sees who sits before a terminal: a bar a stage, with how much of how much and the time left, and nothing of it
//! left behind. The terminal is a pseudo-terminal of Python's.

use std::{path::Path, process::Command};

use crate::{
    city::Place,
    program::{Said, run},
};

/// Runs a command with its standard error on a terminal of 200 columns; writes what the terminal got to standard output.
const TERMINAL: &str = r#"
import fcntl, os, pty, struct, sys, termios
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
child = os.fork()
if child == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(slave, 2)
    os.environ["TERM"] = "xterm"
    os.close(master)
    os.execvp(sys.argv[1], sys.argv[1:])
os.close(slave)
while True:
    try:
        some = os.read(master, 65536)
    except OSError:
        break
    if not some:
        break
    sys.stdout.buffer.write(some)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"#;

fn on_a_terminal(command: &Command) -> Said {
    let mut python = Command::new("python3");
    python.args(["-c", TERMINAL]).arg(command.get_program()).args(command.get_args());
    run(python.current_dir(command.get_current_dir().unwrap_or(Path::new("."))))
}

#[test]
fn a_terminal_shows_how_much_of_how_much_is_done_and_the_time_left() {
    let place = Place::with(&["civil_affairs/grace_periods", "civil_affairs/cases"]);
    let mut command = place.night.command();
    command.args(["--memory", "192MiB"]);
    let said = on_a_terminal(&command).ends(3);
    assert!(said.out.contains("memory: the night may hold 192 MiB (--memory"), "{}", said.out);
    for (stage, unit) in [
        ("checking signatures and digests", ""),
        ("taking in deliveries", "rows"),
        ("checking references", "datasets"),
        ("deriving facts", "facts"),
        ("running rules", "rules"),
        ("writing lists and report", "lists"),
    ] {
        let drawn = said.out.split('\r').filter(|line| line.contains(stage));
        let drawn: Vec<&str> = drawn.collect();
        assert!(!drawn.is_empty(), "{stage}: {}", said.out);
        assert!(drawn.iter().any(|line| line.contains(unit)), "{stage}: {drawn:?}");
    }
    let last = said.out.split('\r').rfind(|line| line.contains("running rules") && line.contains("left 0"));
    assert!(last.is_some(), "the time left is told: {}", said.out);
    // The bar itself is gone at the end.
    let end = said.out.rsplit("\u{1b}[2K").next().unwrap();
    assert!(!end.contains('█') && !end.contains('░'), "{end:?}");
}

#[test]
fn there_is_no_bar_where_nobody_looks_or_nobody_wants_one() {
    let place = Place::with(&["civil_affairs/grace_periods", "civil_affairs/cases"]);
    let piped = place.night.run().ends(3);
    assert!(!piped.err.contains('\r') && !piped.err.contains('\u{1b}'), "{}", piped.err);
    piped.warns(&["taking in deliveries", "running rules"]);
    let quiet = on_a_terminal(place.night.command().arg("-q")).ends(3);
    assert!(!quiet.out.contains("running rules"), "{}", quiet.out);
}
