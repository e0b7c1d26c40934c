//! What a source says, and what the state machine hears of it.

use super::*;
use crate::{
    app::mailbox::{Mailbox, mailbox},
    frame::{Source, jpeg},
};

const SIZE: (u32, u32) = (64, 48);

fn source() -> Arc<Source> {
    Arc::new(Source {
        kind: SourceKind::Camera,
        name: "Dermatoscope".into(),
        detail: String::new(),
    })
}

fn opened(source: &Arc<Source>) -> News {
    News::Opened(Opened::new(source.clone()))
}

fn picture() -> Vec<u8> {
    jpeg::encode(&image::RgbImage::new(SIZE.0, SIZE.1), 90).expect("a picture")
}

/// A whole picture to the queue, and a damaged one to the decoder.
fn damaged() -> Vec<u8> {
    let mut data = picture();
    let end = data.len() - 2;
    data.splice(end..end, [1; 40]);
    data
}

fn frame(source: &Arc<Source>, data: Vec<u8>) -> News {
    News::Frame(Frame::now(source.clone(), PixelFormat::Mjpeg, SIZE, data))
}

/// The kinds of everything that was sent, with the words of losses.
fn heard(mailbox: &Mailbox) -> Vec<String> {
    // A letter whose frame was withdrawn is no event.
    (0..100)
        .filter_map(|_| mailbox.next(Duration::ZERO))
        .map(|event| match event {
            Event::Opened(_) => "opened".into(),
            Event::Frame(_) => "frame".into(),
            Event::Lost(lost) => lost.to_string(),
            Event::Ended => "ended".into(),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn a_source_of_which_no_picture_decodes_is_said_to_be_lost_once_until_one_does() {
    let (sending, mailbox) = mailbox();
    let mut live = Live::new(&sending, None, Detail::Full);
    let source = source();
    let start = Instant::now();
    let at = |milliseconds| start + Duration::from_millis(milliseconds);
    assert!(live.tell(opened(&source), at(0)));
    for milliseconds in (0..1000).step_by(100) {
        assert!(live.tell(frame(&source, damaged()), at(milliseconds)));
    }
    assert_eq!(heard(&mailbox), ["opened"]);

    for milliseconds in (1000..5000).step_by(100) {
        assert!(live.tell(frame(&source, damaged()), at(milliseconds)));
    }
    let lost = heard(&mailbox);
    assert_eq!(lost.len(), 1, "{lost:?}");
    for words in [
        "Dermatoscope delivers only damaged pictures",
        "extraneous",
        "format = \"yuyv\"",
    ] {
        assert!(lost[0].contains(words), "{words}: {lost:?}");
    }

    // The state machine takes no frame of a lost source: it is announced anew.
    assert!(live.tell(frame(&source, picture()), at(5000)));
    assert_eq!(heard(&mailbox), ["opened", "frame"]);
    assert!(live.tell(frame(&source, picture()), at(5100)));
    assert_eq!(heard(&mailbox), ["frame"]);
}

#[test]
fn damaged_pictures_among_good_ones_and_those_of_another_opening_are_no_loss() {
    let (sending, mailbox) = mailbox();
    let mut live = Live::new(&sending, None, Detail::Full);
    let source = source();
    let start = Instant::now();
    for step in 0..40 {
        let now = start + step * SPOILT / 4;
        let news = match step % 4 {
            0 if step < 20 => frame(&source, picture()),
            0 => opened(&source),
            _ => frame(&source, damaged()),
        };
        assert!(live.tell(news, now));
    }
    let heard = heard(&mailbox);
    assert!(heard.iter().all(|event| event == "opened"), "{heard:?}");
}

#[test]
fn a_source_that_failed_has_the_last_word_and_no_good_end() {
    let (sending, mailbox) = mailbox();
    let mut live = Live::new(&sending, None, Detail::Full);
    let lost = Lost {
        why: "000002.jpg is damaged".into(),
        advice: "Record anew.".into(),
    };
    assert!(live.tell(opened(&source()), Instant::now()));
    assert!(!live.tell(News::Failed(lost.clone()), Instant::now()));
    assert_eq!(heard(&mailbox), ["opened", &lost.to_string()]);
}
