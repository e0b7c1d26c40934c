//! The commands, one a line:
//!
//! ```text
//! plug [PORT]               into a free port of the root hub, or into that one
//! unplug                    the cable is pulled
//! detach                    the same, through the kernel
//! button [TIMES]            press and release the camera's button; several: a bouncing switch
//! show SCENE                look at another scene
//! freeze | thaw             stop and resume sending frames, without ending the stream
//! pace MS                   at least so long between two frames; 0: as agreed
//! startup MS                so long from the start of a stream to its first frame
//! huffman on | off          JPEG with or without Huffman tables
//! adjust on | off           answer every wish for a format with the first format
//! refuse commit | controls  refuse the chosen format, or every change of a control
//! FAULT [COUNT]             a defect of the next frames: error-bit, truncated, empty, garbage,
//!                           wrong-size, bus-error, unplug-mid-frame
//! heal                      a healthy camera again
//! status                    what it is doing
//! quit
//! ```

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::{
    behaviour::{Behaviour, Fault},
    camera::Camera,
    descriptors::Identity,
    pictures::Scenes,
    vhci,
};

/// The camera, plugged in or not.
pub struct Device {
    identity: Identity,
    scenes: Arc<Scenes>,
    behaviour: Arc<Mutex<Behaviour>>,
    plugged: Option<Plugged>,
}

struct Plugged {
    port: u32,
    camera: Arc<Camera>,
    threads: Vec<JoinHandle<()>>,
}

impl Device {
    /// A camera in its box, looking at the first scene.
    pub fn new(identity: Identity, scenes: Arc<Scenes>) -> Device {
        let behaviour = Behaviour {
            scene: scenes.first().to_owned(),
            ..Behaviour::default()
        };
        Device {
            identity,
            scenes,
            behaviour: Arc::new(Mutex::new(behaviour)),
            plugged: None,
        }
    }

    /// Does what the line says; the answer in words.
    ///
    /// # Errors
    /// Why it was not done.
    pub fn obey(&mut self, line: &str) -> Result<String, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |word: &str| -> Result<u32, String> {
            word.parse().map_err(|_| format!("{word}: not a number"))
        };
        match words.as_slice() {
            ["plug"] => return self.plug(None),
            ["plug", port] => return self.plug(Some(number(port)?)),
            ["unplug"] => return self.unplug(false),
            ["detach"] => return self.unplug(true),
            ["button"] => return self.button(1),
            ["button", times] => return self.button(number(times)?),
            ["status"] => return Ok(self.status()),
            ["quit"] => {
                if self.plugged.is_some() {
                    self.unplug(false)?;
                }
                return Ok(String::new());
            }
            _ => {}
        }
        let mut behaviour = self.behaviour();
        match words.as_slice() {
            ["show", scene] if self.scenes.has(scene) => behaviour.scene = (*scene).to_owned(),
            ["show", scene] => return Err(format!("there is no scene {scene}")),
            ["freeze"] => behaviour.frozen = true,
            ["thaw"] => behaviour.frozen = false,
            ["pace", ms] => behaviour.pace = Duration::from_millis(number(ms)?.into()),
            ["startup", ms] => behaviour.startup = Duration::from_millis(number(ms)?.into()),
            ["huffman", "on"] => behaviour.no_huffman = false,
            ["huffman", "off"] => behaviour.no_huffman = true,
            ["adjust", "on"] => behaviour.adjust_format = true,
            ["adjust", "off"] => behaviour.adjust_format = false,
            ["refuse", "commit"] => behaviour.refuse_commit = true,
            ["refuse", "controls"] => behaviour.refuse_controls = true,
            ["heal"] => behaviour.heal(),
            [fault, count @ ..] => {
                let fault = Fault::named(fault).ok_or_else(|| format!("no command {line}"))?;
                let count = match count {
                    [] => 1,
                    [count] => number(count)?,
                    _ => return Err(format!("no command {line}")),
                };
                behaviour.faults.extend((0..count).map(|_| fault));
            }
            [] => return Err("no command".into()),
        }
        drop(behaviour);
        if let Some(plugged) = &self.plugged {
            plugged.camera.look();
        }
        Ok(String::new())
    }

    fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn plug(&mut self, port: Option<u32>) -> Result<String, String> {
        if let Some(plugged) = &self.plugged {
            // A fault may have pulled the plug.
            if plugged.threads.iter().any(|t| !t.is_finished()) {
                return Err(format!("plugged into port {} already", plugged.port));
            }
        }
        let (port, socket) = vhci::attach(self.identity.speed, port)
            .map_err(|e| format!("cannot be plugged in: {e}"))?;
        let input = socket
            .try_clone()
            .map_err(|e| format!("cannot be plugged in: {e}"))?;
        let camera = Camera::new(
            self.identity.clone(),
            self.scenes.clone(),
            self.behaviour.clone(),
            socket,
        );
        let (server, streamer) = (camera.clone(), camera.clone());
        let threads = vec![
            thread::spawn(move || {
                if let Err(e) = server.serve(input) {
                    println!("uvcsim: connection lost: {e}");
                }
            }),
            thread::spawn(move || {
                if let Err(e) = streamer.stream() {
                    println!("uvcsim: stream ended: {e}");
                }
            }),
        ];
        self.plugged = Some(Plugged {
            port,
            camera,
            threads,
        });
        Ok(format!("port {port}"))
    }

    fn unplug(&mut self, through_the_kernel: bool) -> Result<String, String> {
        let plugged = self.plugged.take().ok_or("not plugged in")?;
        if through_the_kernel {
            vhci::detach(plugged.port).map_err(|e| format!("detach: {e}"))?;
        } else {
            plugged.camera.close();
        }
        for thread in plugged.threads {
            // A thread that panicked has said so on stderr.
            let _ = thread.join();
        }
        Ok(format!("port {}", plugged.port))
    }

    fn button(&mut self, times: u32) -> Result<String, String> {
        let plugged = self.plugged.as_ref().ok_or("not plugged in")?;
        // Time for the driver to submit the status URB again; a bouncing contact is faster.
        let pause = Duration::from_millis(if times > 1 { 5 } else { 50 });
        let send = |pressed| {
            let heard = plugged.camera.button(pressed);
            heard.map_err(|e| format!("the connection is gone: {e}"))
        };
        let mut delivered = 0;
        let mut released = false;
        for pressed in [true, false].into_iter().cycle().take(2 * times as usize) {
            let heard = send(pressed)?;
            delivered += u32::from(heard);
            released = heard && !pressed;
            thread::sleep(pause);
        }
        // A bounce may get lost; that the button is up in the end may not, or the driver would
        // take the next press for more of this one.
        for _ in 0..100 {
            if delivered == 0 || released {
                break;
            }
            released = send(false)?;
            thread::sleep(pause);
        }
        match delivered {
            0 => Err("nobody listens: the camera is not open".into()),
            _ => Ok(format!("{delivered} of {} events", 2 * times)),
        }
    }

    fn status(&self) -> String {
        let behaviour = self.behaviour();
        let bus = match &self.plugged {
            None => "unplugged".to_owned(),
            Some(p) if p.threads.iter().all(JoinHandle::is_finished) => "unplugged".to_owned(),
            Some(p) => format!("port={} {}", p.port, p.camera.report()),
        };
        format!(
            "{bus} scene={} faults={}",
            behaviour.scene,
            behaviour.faults.len()
        )
    }
}
