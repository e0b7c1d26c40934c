//! A folder with a simulated library, a model wrapped for it, and what a test asks of them.

use std::{
    fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use bccscope::{
    engine::{
        CpuEngine, Engine, Outputs, Settings, Shape,
        edgetpu::{Session, Trouble},
        worker::{Guarded, Launch, Limits, Probe},
    },
    model::{
        Package,
        package::sha256_hex,
        tflite::{Graph, TensorInfo},
    },
};
use edgetpu_sim::{Border, Faults, wrap};
use tempfile::TempDir;

/// What takes longer than this never comes.
const NEVER: Duration = Duration::from_secs(30);

pub const SIMULATED: &str = "Edge TPU SIMULATED";

pub struct Bench {
    pub dir: TempDir,
    pub package: Package,
    pub compiled: Vec<u8>,
}

impl Bench {
    pub fn new() -> Bench {
        let dir = tempfile::tempdir().expect("a folder");
        let shipped = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/bcc8-mnv2");
        let package = Package::open(&shipped).expect("the shipped model");
        let compiled = wrapped(&package.cpu);

        let model = dir.path().join("model");
        fs::create_dir(&model).unwrap();
        for entry in fs::read_dir(&shipped).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), model.join(entry.file_name())).unwrap();
        }
        fs::write(model.join("model_edgetpu.tflite"), &compiled).unwrap();
        let manifest = fs::read_to_string(model.join("manifest.toml")).unwrap();
        let entry = format!(
            "[files.edgetpu]\npath = \"model_edgetpu.tflite\"\nsha256 = \"{}\"\n\
             max_difference = 0.2\n\n[input]",
            sha256_hex(&compiled)
        );
        fs::write(
            model.join("manifest.toml"),
            manifest.replacen("[input]", &entry, 1),
        )
        .unwrap();

        // A copy, not a link: the simulator's faults lie beside the file that is loaded.
        fs::copy(simulator(), dir.path().join("libedgetpu.so.1")).expect("the simulator");
        Bench {
            dir,
            package,
            compiled,
        }
    }

    pub fn library(&self) -> PathBuf {
        self.dir.path().join("libedgetpu.so.1")
    }

    /// Commands the simulator's faults.
    pub fn faults(&self, words: &str) {
        Faults::command(self.dir.path(), words);
    }

    pub fn cpu(&self) -> CpuEngine {
        let settings = Settings::default();
        CpuEngine::open(self.package.cpu.clone(), &self.package.manifest, &settings).unwrap()
    }

    /// How the program would start it, with the real program as the worker.
    pub fn launch(&self, inference: Duration) -> Launch {
        Launch {
            program: env!("CARGO_BIN_EXE_bccscope").into(),
            library: self.library().display().to_string(),
            model: self.compiled.clone(),
            model_name: "model_edgetpu.tflite".into(),
            shape: Shape::of(&self.package.manifest),
            max_difference: 0.2,
            limits: Limits {
                // A worker that hangs while it starts holds up the next start for so long.
                start: (10 * inference).min(Duration::from_secs(20)),
                heartbeat: Duration::from_millis(50),
                first_rest: Duration::from_millis(10),
                longest_rest: Duration::from_millis(50),
                trips: 5,
                look: Duration::from_millis(10),
                ..Limits::with_deadline(inference)
            },
            root: self.dir.path().into(),
        }
    }

    /// The accelerator in this very process.
    pub fn session(&self) -> Result<Session, Trouble> {
        let library = self.library().display().to_string();
        let shape = Shape::of(&self.package.manifest);
        Session::open(&library, self.compiled.clone(), shape, |_| {})
    }

    /// Questions with the CPU's answers.
    pub fn probes(&self) -> Vec<Probe> {
        let mut cpu = self.cpu();
        let questions = [3u32, 5].map(|seed| self.input(seed));
        questions
            .map(|input| Probe {
                answer: cpu.infer(&input).unwrap(),
                input,
            })
            .to_vec()
    }

    /// An input tensor that no other seed gives.
    pub fn input(&self, seed: u32) -> Vec<i8> {
        let length = Shape::of(&self.package.manifest).input_len();
        let mut state = seed;
        (0..length)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as i8
            })
            .collect()
    }

    /// Opens the engine; where it is a fallback, that is in its info.
    pub fn open(&self, launch: Launch) -> Guarded {
        self.open_before(Box::new(self.cpu()), launch)
    }

    /// The same with this engine behind it.
    pub fn open_before(&self, cpu: Box<dyn Engine>, launch: Launch) -> Guarded {
        Guarded::open(cpu, launch, self.probes(), false)
    }

    /// As `choice = "auto"` opens it.
    pub fn open_auto(&self, launch: Launch) -> Guarded {
        Guarded::open(Box::new(self.cpu()), launch, self.probes(), true)
    }

    /// Plugs an accelerator into the buses that the launch looks at.
    pub fn plug_in(&self) {
        let dev = self.dir.path().join("dev");
        fs::create_dir(&dev).unwrap();
        fs::write(dev.join("apex_0"), "").unwrap();
    }
}

/// A plain model, wrapped for the simulator.
fn wrapped(model: &[u8]) -> Vec<u8> {
    let graph = Graph::read(model).unwrap();
    wrap(model, &borders(&graph.inputs), &borders(&graph.outputs))
}

fn borders(tensors: &[TensorInfo]) -> Vec<Border<'_>> {
    let borders = tensors.iter().map(|tensor| Border {
        name: &tensor.name,
        shape: &tensor.shape,
        quantisation: tensor.quantisation.expect("it is quantised"),
    });
    borders.collect()
}

/// Cargo builds it beside the tests that depend on it.
fn simulator() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.with_file_name("libedgetpu_sim.so")
}

/// Waits until the engine in use is this one.
pub fn wait_for(engine: &Guarded, wanted: impl Fn(&str, Option<&str>) -> bool) {
    let watch = engine.watch().unwrap();
    let start = Instant::now();
    loop {
        let info = watch.get();
        if wanted(&info.name, info.fallback.as_deref()) {
            return;
        }
        assert!(start.elapsed() < NEVER, "still {info:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Demands the accelerator's answer: within the bound, as the simulator runs other kernels.
#[track_caller]
pub fn close(got: &Outputs, want: &Outputs) {
    let probe = Probe {
        input: Vec::new(),
        answer: want.clone(),
    };
    let difference = probe.difference(got);
    assert!(difference <= 0.2, "{difference}");
}

/// Demands the CPU's own answer, bit for bit.
#[track_caller]
pub fn same(got: &Outputs, want: &Outputs) {
    assert_eq!(got.logits, want.logits);
    assert!(got.maps == want.maps, "the maps differ");
}
