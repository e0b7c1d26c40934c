//! The loop that runs the state machine: what happens goes in, what it asks for is done.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use super::{
    analyst,
    event::{Case, Effect, Event, LiveFrame, Question, SaveNumber},
    keeper, live,
    mailbox::{Mailbox, Sending, mailbox},
    state::{Limits, State},
    view,
};
use crate::{
    assess::{Assessor, EngineInfo},
    camera::Camera,
    display::{Devices, Opener, Reopening},
    engine::Watch,
    frame::Detail,
    input::InputEvent,
    platform::{self, Lamp, Watchdog},
    records::Store,
    screen::{self, Sight, Status, Surface},
};

/// How often the clock is looked at: also the longest time a stall stays unnoticed beyond
/// its limit.
const TICK: Duration = Duration::from_millis(100);

/// How often voltage, battery, temperature and clock are looked at.
const POWER: Duration = Duration::from_secs(5);

/// Everything a device is made of.
pub struct Parts<O: Opener = Devices> {
    /// Where frames come from.
    pub camera: Box<dyn Camera>,
    /// The model, or why it was refused: the device then shows that and analyses nothing.
    pub assessor: Result<Assessor, String>,
    /// Where screens are shown.
    pub display: Reopening<O>,
    /// What people do.
    pub inputs: mpsc::Receiver<InputEvent>,
    /// Where cases are stored.
    pub store: Store,
    /// Lit while the picture is live.
    pub lamp: Lamp,
    /// Burst and time limits.
    pub limits: Limits,
    /// Set by a signal: leave in good order.
    pub stop: Arc<AtomicBool>,
    /// Who restarts the device should its loop hang.
    pub watchdog: Watchdog,
}

/// Runs the device until it is asked to quit.
///
/// # Errors
/// A sentence when a thread cannot be started. A display that fails is looked for again.
pub fn run<O: Opener>(parts: Parts<O>) -> Result<(), String> {
    let (sending, mailbox) = mailbox();
    let size = parts.display.size();
    // The picture's pane is at most as high as the screen; JPEG scales by halves from there.
    let detail = Detail::ShortSide(size.0.min(size.1));
    let (engine, model, refused) = match &parts.assessor {
        Ok(assessor) => (
            assessor.engine().clone(),
            screen::model_words(assessor.model(), assessor.views()),
            None,
        ),
        Err(why) => (no_engine(), "no model".to_owned(), Some(why.clone())),
    };
    let sight = parts
        .assessor
        .as_ref()
        .ok()
        .map(|assessor| Sight::of(&assessor.package().manifest));
    let watch = parts
        .assessor
        .as_ref()
        .ok()
        .and_then(Assessor::engine_watch);
    let threads = Threads::start(
        parts.camera,
        parts.assessor.ok(),
        detail,
        parts.inputs,
        parts.store,
        &sending,
    )
    .map_err(|e| format!("a thread could not be started: {e}"))?;
    let mut state = State::new(parts.limits, engine, model, refused);
    state.sight = sight;
    Running {
        state,
        threads: &threads,
        display: parts.display,
        surface: Surface::new(size.0, size.1),
        lamp: parts.lamp,
        watchdog: parts.watchdog,
        watch,
    }
    .serve(&mailbox, &parts.stop)
}

struct Running<'a, O: Opener> {
    state: State,
    threads: &'a Threads,
    display: Reopening<O>,
    surface: Surface,
    lamp: Lamp,
    watchdog: Watchdog,
    watch: Option<Watch>,
}

impl<O: Opener> Running<'_, O> {
    fn serve(mut self, mailbox: &Mailbox, stop: &AtomicBool) -> Result<(), String> {
        self.show();
        let mut clockwork = Clockwork::new(Instant::now());
        loop {
            // Here and nowhere else: a loop that hangs is not alive.
            self.watchdog.turn(Instant::now());
            let waited = mailbox.next(clockwork.until_tick(Instant::now()));
            let mut events: Vec<Event> = waited.into_iter().collect();
            // Everything that has come is taken in before the screen is drawn once.
            while events.len() < 64
                && let Some(event) = mailbox.next(Duration::ZERO)
            {
                events.push(event);
            }
            events.extend(clockwork.due(Instant::now()));
            events.extend(self.engine_changed());
            if stop.load(Ordering::Relaxed) {
                events.push(Event::Quit);
            }
            // Another display, or the old one back: it shows nothing yet.
            let mut draw = self.display.tend(Instant::now());
            for event in events {
                let event = match event {
                    Event::Touch(x, y) => {
                        let scene = view::scene(&self.state);
                        match screen::hit(&scene, &self.status(), self.display.size(), (x, y)) {
                            Some(action) => Event::Action(action),
                            None => continue,
                        }
                    }
                    other => other,
                };
                let (state, effects) = self.state.step(Instant::now(), event);
                self.state = state;
                self.threads.newest.set(self.state.question());
                for effect in effects {
                    match effect {
                        Effect::Show => draw = true,
                        Effect::Analyse(question, frames) => self.threads.analyse(question, frames),
                        Effect::Save(number, case) => self.threads.save(number, case),
                        Effect::Quit => return Ok(()),
                    }
                }
            }
            let lit = view::lit(&view::scene(&self.state));
            self.lamp.light(lit, Instant::now());
            if draw {
                self.show();
            }
        }
    }

    /// An accelerator that is lost or back shows at once, not with the next result.
    fn engine_changed(&self) -> Option<Event> {
        let engine = self.watch.as_ref()?.get();
        (engine != self.state.engine).then_some(Event::Engine(engine))
    }

    fn status(&self) -> Status {
        view::status(&self.state, self.display.fallback().map(str::to_owned))
    }

    fn show(&mut self) {
        let size = self.display.size();
        if self.surface.picture().dimensions() != size {
            self.surface = Surface::new(size.0, size.1);
        }
        let status = self.status();
        screen::draw(&view::scene(&self.state), &status, &mut self.surface);
        // An error is logged there, once: nobody sees anything now, and `tend` looks for a
        // display.
        let _ = self.display.show(self.surface.picture(), Instant::now());
    }
}

/// What happens by itself: the tick, and a look at the board's power now and then.
struct Clockwork {
    tick: Instant,
    power: Option<Instant>,
    warning: Option<String>,
}

impl Clockwork {
    fn new(now: Instant) -> Clockwork {
        Clockwork {
            tick: now,
            power: None,
            warning: None,
        }
    }

    fn until_tick(&self, now: Instant) -> Duration {
        (self.tick + TICK).saturating_duration_since(now)
    }

    fn due(&mut self, now: Instant) -> Vec<Event> {
        if self.until_tick(now) > Duration::ZERO {
            return vec![];
        }
        self.tick = now;
        let mut events = vec![Event::Tick(platform::local_time())];
        if self.power.is_none_or(|seen| now - seen >= POWER) {
            self.power = Some(now);
            let warning = platform::warning(Path::new("/sys"), SystemTime::now());
            if warning != self.warning {
                self.warning.clone_from(&warning);
                events.push(Event::Power(warning));
            }
        }
        events
    }
}

/// The threads around the loop. They end when their channels do; the camera thread when told.
struct Threads {
    analyst: Option<mpsc::Sender<analyst::Job>>,
    newest: analyst::Newest,
    keeper: Option<mpsc::Sender<keeper::Job>>,
    keeping: Option<thread::JoinHandle<()>>,
    out: Sending,
    stop: Arc<AtomicBool>,
    camera: Option<thread::JoinHandle<()>>,
}

impl Threads {
    fn start(
        camera: Box<dyn Camera>,
        assessor: Option<Assessor>,
        detail: Detail,
        inputs: mpsc::Receiver<InputEvent>,
        store: Store,
        sending: &Sending,
    ) -> std::io::Result<Threads> {
        let stop = Arc::new(AtomicBool::new(false));
        let gate = assessor.as_ref().map(|assessor| assessor.gate().clone());
        let newest = analyst::Newest::default();
        let analyst = match assessor {
            Some(assessor) => {
                let (jobs, queue) = mpsc::channel();
                analyst::spawn(assessor, queue, newest.clone(), sending.clone())?;
                Some(jobs)
            }
            None => None,
        };
        let (keeper, queue) = mpsc::channel();
        let keeping = keeper::spawn(store, queue, sending.clone())?;
        let out = sending.clone();
        thread::Builder::new()
            .name("input".into())
            .spawn(move || forward(&inputs, &out))?;
        let camera = live::spawn(camera, gate, detail, sending.clone(), Arc::clone(&stop))?;
        Ok(Threads {
            analyst,
            newest,
            keeper: Some(keeper),
            keeping: Some(keeping),
            out: sending.clone(),
            stop,
            camera: Some(camera),
        })
    }

    /// A thread that is gone answers at once, in words: nobody waits for it.
    fn analyse(&self, question: Question, frames: Vec<LiveFrame>) {
        let sent = self
            .analyst
            .as_ref()
            .is_some_and(|jobs| jobs.send((question, frames)).is_ok());
        if !sent {
            let why = "The program's analysis part has failed: restart the device".to_owned();
            self.out.event(Event::Analysed(question, Err(why)));
        }
    }

    fn save(&self, number: SaveNumber, case: Box<Case>) {
        let sent = self
            .keeper
            .as_ref()
            .is_some_and(|jobs| jobs.send((number, case)).is_ok());
        if !sent {
            log::error!("the record thread has failed: restart the device");
            let why = "the program's record part has failed".to_owned();
            self.out.event(Event::Saved(number, Err(why)));
        }
    }
}

impl Drop for Threads {
    /// The camera is closed before the program goes on: an open stream would be found busy. A
    /// case that is being stored is stored to its end.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.keeper = None;
        if let Some(keeping) = self.keeping.take()
            && keeping.join().is_err()
        {
            log::error!("the record thread had failed");
        }
        if let Some(camera) = self.camera.take()
            && camera.join().is_err()
        {
            log::error!("the camera thread had failed");
        }
    }
}

fn forward(inputs: &mpsc::Receiver<InputEvent>, out: &Sending) {
    for input in inputs {
        let event = match input {
            InputEvent::Action(action) => Event::Action(action),
            InputEvent::Touch { x, y } => Event::Touch(x, y),
            InputEvent::Quit => Event::Quit,
        };
        if !out.event(event) {
            break;
        }
    }
}

/// The badge of a device without a model.
fn no_engine() -> EngineInfo {
    EngineInfo {
        name: "no engine".into(),
        runtime: String::new(),
        fallback: None,
    }
}
