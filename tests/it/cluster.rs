//! Nights on a cluster: a scheduler and executors as processes of their own. They find the same as nights on one machine, byte
//! for byte, and where a node is lost they finish all the same or leave nothing behind.
//!
//! A program that was built without its cluster part says so, and how to get it.

use crate::program::{hedui, run};

#[test]
fn what_is_no_address_is_refused_with_the_form_that_it_should_have() {
    for wrong in ["here", "http://a:50050", "ballista://a", "ballista://a:0", "ballista://a b:1"] {
        let said = run(&mut hedui(["run", "night", "--engine", wrong])).ends(2);
        said.warns(&["写成 ballista://主机:端口", "write ballista://HOST:PORT"]);
    }
}

#[cfg(not(feature = "cluster"))]
#[test]
fn without_its_cluster_part_it_says_so_and_how_to_build_it() {
    let commands: [&[&str]; 3] = [
        &["run", "night", "--engine", "ballista://127.0.0.1:50050"],
        &["cluster", "scheduler"],
        &["cluster", "executor"],
    ];
    for command in commands {
        let said = run(hedui(command).args(["--lang", "en"])).ends(2);
        said.warns(&["built without its cluster part", "cargo build --release --features cluster"]);
        let said = run(hedui(command).args(["--lang", "zh"])).ends(2);
        said.warns(&["没有带集群部分", "cargo build --release --features cluster"]);
    }
}

#[cfg(all(feature = "cluster", feature = "s3"))]
mod far;

#[cfg(feature = "cluster")]
mod nodes {
    use std::{
        fs,
        net::{Shutdown, TcpListener, TcpStream},
        path::{Path, PathBuf},
        process::Command,
        sync::{
            Arc, LazyLock, Mutex,
            atomic::{AtomicBool, Ordering::Relaxed},
        },
        thread,
        time::Duration,
    };

    use crate::{
        city::{DATE, Place, SAMPLE, shared, undisturbed},
        program::{Running, exists, hedui, run},
        tree,
    };

    /// The datasets of a smaller night, in which every kind of table is: full, by month, upsert, and some never delivered.
    pub(super) const FEW: &[&str] = &[
        "civil_affairs/cases",
        "civil_affairs/household_members",
        "civil_affairs/persons",
        "civil_affairs/payments",
        "civil_affairs/deaths",
    ];

    /// The rules of a smaller night.
    const RULES: &[&str] = &["D-01", "D-02", "D-05"];

    /// How long the scheduler waits for an executor that says nothing.
    const PATIENCE: &str = "5";

    /// An installation with those rules alone: every statement takes its time in a debug build.
    static SMALL: LazyLock<PathBuf> = LazyLock::new(|| {
        let small = shared().join("small");
        tree::copy(&SAMPLE.night.root, &small);
        let rules = small.join("pipelines/rules");
        for group in fs::read_dir(&rules).unwrap().map(|entry| entry.unwrap().path()) {
            let files = fs::read_dir(&group).into_iter().flatten().map(|entry| entry.unwrap().path());
            for file in files {
                let name = file.file_name().unwrap().to_string_lossy();
                if !RULES.iter().any(|rule| name.starts_with(rule)) {
                    fs::remove_file(&file).unwrap();
                }
            }
        }
        small
    });

    /// What one machine finds in that smaller night.
    pub(super) static ALONE: LazyLock<PathBuf> = LazyLock::new(|| {
        let place = small(FEW);
        place.night.run().ends(3);
        let kept = shared().join("alone").join(place.night.current().file_name().unwrap());
        tree::copy(&place.night.current(), &kept);
        kept
    });

    /// A place for a smaller night.
    pub(super) fn small(datasets: &[&str]) -> Place {
        let mut place = Place::with(datasets);
        place.night.root = SMALL.clone();
        place
    }

    /// A scheduler and executors on this machine, each with a folder of its own for its rows.
    pub(super) struct Cluster {
        pub(super) scheduler: Running,
        address: String,
        /// Where executors find the scheduler.
        way: String,
        pub(super) executors: Vec<Running>,
        folder: tempfile::TempDir,
        dress: Dress,
    }

    /// What every node is started with besides.
    type Dress = Box<dyn Fn(&mut Command)>;

    impl Cluster {
        fn with(executors: usize) -> Self {
            Self::dressed(executors, Box::new(|_| {}))
        }

        pub(super) fn dressed(executors: usize, dress: Dress) -> Self {
            let mut command = hedui(["cluster", "scheduler", "--lang", "en", "--listen", "127.0.0.1:0"]);
            dress(command.args(["--patience", PATIENCE]));
            let mut scheduler = Running::start(&mut command);
            let line = scheduler.line("the scheduler listens on ").unwrap();
            let address = line.split(' ').next_back().unwrap().to_owned();
            let folder = tempfile::tempdir().unwrap();
            let way = address.clone();
            let mut cluster = Self { scheduler, address, way, executors: Vec::new(), folder, dress };
            for _ in 0..executors {
                cluster.grow();
            }
            cluster
        }

        /// One more executor.
        pub(super) fn grow(&mut self) {
            let mut command = self.executor();
            (self.dress)(&mut command);
            self.grow_by(command);
        }

        /// The one that this command starts.
        pub(super) fn grow_by(&mut self, mut command: Command) {
            let work = self.work(self.executors.len());
            fs::create_dir_all(&work).unwrap();
            let mut executor = Running::start(command.arg("--work").arg(work));
            assert!(executor.says("works for "), "{:?}", executor.end());
            self.executors.push(executor);
        }

        /// `hedui cluster executor` on free ports.
        pub(super) fn executor(&self) -> Command {
            let (rows, tasks) = (free_port(), free_port());
            let mut command = hedui(["cluster", "executor", "--lang", "en", "--threads", "1"]);
            command.args(["--scheduler", &self.way, "--tasks", &tasks.to_string(), "--listen"]);
            command.arg(format!("127.0.0.1:{rows}"));
            command
        }

        pub(super) fn work(&self, executor: usize) -> PathBuf {
            self.folder.path().join(executor.to_string())
        }

        pub(super) fn engine(&self) -> String {
            format!("ballista://{}", self.address)
        }

        /// A night of this place on the cluster.
        fn night(&self, place: &Place) -> Command {
            let mut command = place.night.command();
            command.arg("--engine").arg(self.engine());
            command
        }

        /// The same, begun and in the middle of this stage.
        fn night_until(&self, place: &Place, stage: &str) -> Running {
            let mut night = Running::start(&mut self.night(place));
            assert!(night.says(stage), "{:?}", night.end());
            std::thread::sleep(Duration::from_millis(500));
            night
        }
    }

    impl Drop for Cluster {
        fn drop(&mut self) {
            self.scheduler.signal("KILL");
            self.executors.iter().for_each(|executor| executor.signal("KILL"));
        }
    }

    /// A way to the scheduler that can be cut: as long as it is open, it hands on what goes through.
    struct Way {
        is_open: Arc<AtomicBool>,
        under_way: Arc<Mutex<Vec<TcpStream>>>,
    }

    impl Way {
        /// By this address to that one.
        fn new(by: &str, to: &str) -> Self {
            let (listener, to) = (TcpListener::bind(by).unwrap(), to.to_owned());
            let way = Self { is_open: Arc::new(AtomicBool::new(true)), under_way: Arc::default() };
            let (is_open, under_way) = (way.is_open.clone(), way.under_way.clone());
            thread::spawn(move || {
                for here in listener.incoming().map_while(Result::ok) {
                    // Where it is cut, whoever comes is turned away.
                    let there = if is_open.load(Relaxed) { TcpStream::connect(&to).ok() } else { None };
                    let Some(there) = there else { continue };
                    for (from, to) in [(&here, &there), (&there, &here)] {
                        let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                        under_way.lock().unwrap().push(from.try_clone().unwrap());
                        thread::spawn(move || std::io::copy(&mut from, &mut to));
                    }
                }
            });
            way
        }

        fn open(&self, is_open: bool) {
            self.is_open.store(is_open, Relaxed);
            if !is_open {
                self.under_way
                    .lock()
                    .unwrap()
                    .drain(..)
                    .for_each(|stream| drop(stream.shutdown(Shutdown::Both)));
            }
        }
    }

    /// A port that nobody listens on.
    fn free_port() -> u16 {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
    }

    #[track_caller]
    fn assert_same_run(one: &Path, other: &Path) {
        assert_eq!(one.file_name(), other.file_name());
        tree::assert_same(&tree::bytes(one), &tree::bytes(other));
    }

    /// Nothing stands for the date, and nothing of the night is left but a draft that nobody sees.
    #[track_caller]
    fn assert_no_run(place: &Place) {
        let day = place.night.store.join("runs").join(DATE);
        assert!(!exists(&day) || tree::files(&day).is_empty(), "{:?}", tree::files(&day));
    }

    #[test]
    fn a_scheduler_and_two_executors_find_the_same_bytes_as_one_machine() {
        let cluster = Cluster::with(2);
        let place = Place::with_city();
        run(&mut cluster.night(&place)).ends(3);
        assert_same_run(&place.night.current(), &undisturbed());
        // Both did some of it: what they handed on still lies in their folders.
        for executor in 0..2 {
            assert!(!tree::files(&cluster.work(executor)).is_empty(), "executor {executor} did nothing");
        }
    }

    #[test]
    fn executors_that_are_killed_in_the_middle_do_not_change_what_is_found() {
        let mut cluster = Cluster::with(2);
        let place = small(FEW);
        let mut night = cluster.night_until(&place, "deriving facts");
        cluster.executors[0].signal("KILL");
        cluster.grow();
        assert!(night.says("running rules"), "{:?}", night.end());
        cluster.executors[1].signal("KILL");
        let (_, _, said) = night.end();
        said.ends(3);
        assert_same_run(&place.night.current(), &ALONE);
    }

    #[test]
    fn an_executor_whose_scheduler_does_not_hear_what_became_of_a_task_ends_and_the_night_goes_on() {
        const BY: &str = "127.0.0.2";
        let named = |command: &mut Command| {
            if command.get_args().any(|word| word == "scheduler") {
                command.args(["--name", BY]);
            }
        };
        let mut cluster = Cluster::dressed(0, Box::new(named));
        cluster.way = cluster.address.replace("127.0.0.1", BY);
        let way = Way::new(&cluster.way, &cluster.address);
        cluster.grow();
        let place = small(FEW);
        let night = cluster.night_until(&place, "deriving facts");
        way.open(false);
        let (_, _, said) = cluster.executors.remove(0).end();
        said.ends(1).warns(&["the node has stopped working", "what became of a task", "start it again"]);
        way.open(true);
        cluster.grow();
        let (_, _, said) = night.end();
        said.ends(3).warns(&["was lost on the cluster and is asked for again"]);
        assert_same_run(&place.night.current(), &ALONE);
    }

    #[test]
    fn with_no_executor_left_the_night_ends_with_nothing_done() {
        let cluster = Cluster::with(1);
        let place = small(FEW);
        let night = cluster.night_until(&place, "deriving facts");
        cluster.executors[0].signal("KILL");
        let (_, took, said) = night.end();
        said.ends(1).warns(&["the night did not finish", "on the cluster", "scheduler and executors are up"]);
        assert!(took < Duration::from_secs(30), "{took:?}");
        assert_no_run(&place);
    }

    #[test]
    fn a_scheduler_that_is_killed_ends_the_night_within_seconds_and_it_can_be_run_again() {
        let mut cluster = Cluster::with(1);
        let place = small(FEW);
        let night = cluster.night_until(&place, "running rules");
        cluster.scheduler.signal("KILL");
        let (_, took, said) = night.end();
        said.ends(1).warns(&["the night did not finish", "on the cluster", "scheduler and executors are up"]);
        assert!(took < Duration::from_secs(15), "{took:?}");
        assert_no_run(&place);
        // Its executors have nobody to work for.
        let (_, took, said) = cluster.executors.remove(0).end();
        said.ends(1).warns(&["the node has stopped working", "start it again"]);
        assert!(took < Duration::from_secs(30), "{took:?}");
        // The same night on a new cluster, over the same store.
        run(&mut Cluster::with(1).night(&place)).ends(3);
        assert_same_run(&place.night.current(), &ALONE);
    }

    #[test]
    fn ctrl_c_ends_a_night_on_a_cluster_within_two_seconds_and_the_cluster_goes_on() {
        let cluster = Cluster::with(1);
        let place = small(FEW);
        for stage in ["deriving facts", "running rules"] {
            let night = cluster.night_until(&place, stage);
            night.signal("INT");
            let (_, took, said) = night.end();
            assert!(took < Duration::from_secs(2), "{stage}: {took:?}");
            said.ends(1).warns(&["interrupted; nothing was left half done"]);
            assert_no_run(&place);
        }
        run(&mut cluster.night(&place)).ends(3);
        assert_same_run(&place.night.current(), &ALONE);
    }

    #[test]
    fn without_a_scheduler_or_an_executor_nothing_is_run_and_it_says_what_to_start() {
        let place = small(&FEW[..1]);
        let nobody = format!("ballista://127.0.0.1:{}", free_port());
        run(place.night.command().arg("--engine").arg(nobody))
            .ends(1)
            .warns(&["no scheduler answers", "start hedui cluster scheduler first"]);
        let alone = Cluster::with(0);
        run(&mut alone.night(&place))
            .ends(1)
            .warns(&["the scheduler has no executor", "start hedui cluster executor --scheduler HOST:PORT"]);
        assert!(!exists(&place.night.store.join("runs")), "something was run");
    }

    #[test]
    fn somebody_else_behind_the_port_is_no_scheduler() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        // Takes every connection, says one line of another protocol, and hangs up.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let _ = std::io::Write::write_all(&mut { stream }, b"220 mail.example ESMTP\r\n");
            }
        });
        let place = small(&FEW[..1]);
        let engine = format!("ballista://{address}");
        run(place.night.command().arg("--engine").arg(engine)).ends(1).warns(&["no scheduler answers"]);
    }

    #[test]
    fn a_node_that_cannot_work_says_why() {
        let cluster = Cluster::with(0);
        let taken = cluster.address.as_str();
        run(&mut hedui(["cluster", "scheduler", "--lang", "en", "--listen", taken]))
            .ends(1)
            .warns(&["cannot listen", "take a free port"]);
        run(&mut hedui(["cluster", "executor", "--lang", "en", "--scheduler", taken, "--listen", taken]))
            .ends(1)
            .warns(&["cannot listen", taken]);
        let nobody = format!("127.0.0.1:{}", free_port());
        run(&mut hedui(["cluster", "executor", "--lang", "en", "--scheduler", &nobody]))
            .ends(1)
            .warns(&["no scheduler answers"]);
        let nowhere = cluster.folder.path().join("nowhere");
        run(cluster.executor().arg("--work").arg(nowhere))
            .ends(1)
            .warns(&["nowhere", "name a folder that can be written with --work"]);
        run(&mut hedui(["cluster", "scheduler", "--lang", "en", "--listen", "0.0.0.0:0"]))
            .ends(2)
            .warns(&["--name HOST"]);
        run(&mut hedui(["cluster", "executor", "--lang", "zh", "--listen", "127.0.0.1:0"]))
            .ends(2)
            .warns(&["--tasks"]);
    }

    #[test]
    fn an_executor_that_is_told_to_stop_takes_its_rows_with_it() {
        let mut cluster = Cluster::with(2);
        let place = small(&FEW[..1]);
        run(&mut cluster.night(&place)).ends(3);
        let leaving = cluster.executors.pop().unwrap();
        leaving.signal("TERM");
        let (_, _, said) = leaving.end();
        said.ends(0).warns(&["the node has stopped"]);
        assert!(fs::read_dir(cluster.work(1)).unwrap().next().is_none(), "something was left");
    }
}
