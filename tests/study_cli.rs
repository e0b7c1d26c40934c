//! `bccscope study` from the outside, on phantoms: outputs, data errors, exit codes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use bccscope::{
    model::Task,
    phantom::{Phantom, write_png},
    study::consensus::Standard,
};
use tempfile::TempDir;

fn study(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bccscope"))
        .arg("study")
        .args(arguments)
        .output()
        .expect("the program runs")
}

fn sentence(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Twelve phantoms with labels and two readers; every fourth is labelled BCC.
struct Data {
    folder: TempDir,
}

impl Data {
    fn new() -> Data {
        let folder = tempfile::tempdir().expect("a folder");
        let mut labels = String::from("file,lesion_id,split,diagnosis,bcc,age_approx,sex\n");
        let mut readings = String::from("file,reader,bcc,PN,UL,ON,MG,ML,SW,AT,PN_cells,UL_cells\n");
        for i in 0..12u64 {
            let bcc = i % 4 == 0;
            let (task, code) = if bcc {
                (Task::Ulceration, "BCC")
            } else {
                (Task::PigmentNetwork, "NV")
            };
            let phantom = Phantom {
                seed: i,
                patterns: vec![task],
                width: 400,
                height: 300,
            };
            let path = folder.path().join(format!("p{i}.png"));
            write_png(&path, &phantom.draw().picture).expect("a phantom");
            let yes = u8::from(bcc);
            labels += &format!("p{i}.png,L{i},val,{code},{yes},{},female\n", 30 + 5 * i);
            for reader in ["A", "B"] {
                let (pn, ul) = if bcc { ("", "5") } else { ("45", "") };
                readings += &format!(
                    "p{i}.png,{reader},{yes},{},{yes},0,0,0,0,0,{pn},{ul}\n",
                    1 - yes
                );
            }
        }
        fs::write(folder.path().join("labels.csv"), labels).expect("labels");
        fs::write(folder.path().join("readings.csv"), readings).expect("readings");
        Data { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }
}

/// One sentence with these words, exit code 1, and nothing in the folder `out`.
fn refused(data: &Data, output: &Output, words: &[&str]) {
    let said = sentence(output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for word in words {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(nothing_written(&data.path("out")));
}

fn nothing_written(folder: &Path) -> bool {
    !folder.exists() || fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

#[test]
fn evaluate_and_explain_write_whole_reports() {
    let data = Data::new();
    let (labels, readings) = (data.text("labels.csv"), data.text("readings.csv"));
    let common = [
        "--labels",
        &labels,
        "--split",
        "val",
        "--readings",
        &readings,
    ];
    let maps = data.text("maps");
    let mut explain = vec![
        "explain",
        "--out",
        &maps,
        "--phantoms",
        "1",
        "--limit",
        "1",
        "--rounds",
        "100",
    ];
    explain.extend(common);
    let output = study(&explain);
    assert!(output.status.success(), "{}", sentence(&output));
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(data.path("maps/explain.json")).unwrap()).unwrap();
    assert_eq!(report["sanity"]["repeats"], true);
    let source = &report["source"];
    assert_eq!(source["split"], "val");
    assert_eq!(source["labels"], labels.as_str());
    assert_eq!(source["reference"], readings.as_str());
    assert!(
        source["command"]
            .as_str()
            .unwrap()
            .contains("study explain")
    );
    assert_eq!(report["sanity"]["passed"], true, "{}", report["sanity"]);
    // A phantom's ulcer is one spot, and its edges are known: the device's map must lie on it,
    // closer than a blob in the middle does.
    let on_ulcer = |method: &str, figure: &str| {
        let found = report["phantom"].as_array().unwrap().iter();
        let one = found
            .filter(|row| row["method"] == method && row["task"] == "UL")
            .collect::<Vec<_>>();
        assert_eq!(one.len(), 1, "{method}");
        one[0][figure]["value"].as_f64().unwrap()
    };
    assert_eq!(on_ulcer("grad-cam", "pointing"), 1.0);
    for (figure, closer) in [("inside", 1.0), ("outside", -1.0), ("iou", 1.0)] {
        let [map, blob] = ["grad-cam", "centre-control"].map(|m| on_ulcer(m, figure));
        assert!(closer * (map - blob) > 0.0, "{figure}: {map}, {blob}");
    }

    let (out, explained) = (data.text("eval"), data.text("maps/explain.json"));
    let mut evaluate = vec![
        "evaluate",
        "--out",
        &out,
        "--explain",
        &explained,
        "--rounds",
        "100",
    ];
    evaluate.extend(common);
    let output = study(&evaluate);
    assert!(output.status.success(), "{}", sentence(&output));
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(data.path("eval/evaluation.json")).unwrap()).unwrap();
    assert_eq!(json["flow"]["images"], 12);
    assert_eq!(json["flow"]["bcc"], 3);
    assert_eq!(json["flow"]["read"], 12);
    let network_of = |who: &str| {
        let metric = format!("pigment network of {who}");
        let figures = json["figures"].as_array().unwrap().iter();
        let found: Vec<_> = figures.filter(|f| f["metric"] == metric).collect();
        assert_eq!(found.len(), 1, "{metric}");
        (found[0]["value"].as_f64().unwrap(), found[0]["n"].clone())
    };
    // Both readers of these data always agree; nine are not BCC.
    let single = network_of("one reader against the others");
    assert_eq!(single, (1.0, 9.into()));
    // Twelve pictures do not show two readers to be without slips.
    let (again, n) = network_of("a second panel");
    assert!((0.7..1.0).contains(&again) && n == 9, "{again} {n}");
    let page = fs::read_to_string(data.path("eval/report.html")).unwrap();
    for word in ["Decision curve", "small n", "STARD", "Sanity"] {
        assert!(page.contains(word), "{word}");
    }
    for outside in ["http://", "https://", "<script", "src=\"/"] {
        assert!(
            !page.contains(outside),
            "{outside}: the page must need nothing else"
        );
    }
    assert!(!page.contains("data:image"), "images only where asked for");
}

#[test]
fn answers_read_from_analyze_give_the_same_figures() {
    let data = Data::new();
    let answers = Command::new(env!("CARGO_BIN_EXE_bccscope"))
        .args(["analyze", "--json", "--no-gate"])
        .arg(data.folder.path())
        .output()
        .expect("the program runs");
    assert!(answers.status.success(), "{}", sentence(&answers));
    fs::write(data.path("answers.jsonl"), &answers.stdout).unwrap();
    let (labels, own, read) = (data.text("labels.csv"), data.text("own"), data.text("read"));
    let lines = data.text("answers.jsonl");
    let first = study(&[
        "evaluate", "--labels", &labels, "--out", &own, "--rounds", "100",
    ]);
    assert!(first.status.success(), "{}", sentence(&first));
    let second = study(&[
        "evaluate",
        "--labels",
        &labels,
        "--out",
        &read,
        "--rounds",
        "100",
        "--predictions",
        &lines,
        "--compare",
        &lines,
    ]);
    assert!(second.status.success(), "{}", sentence(&second));
    let figures = |folder: &str| fs::read_to_string(data.path(folder).join("figures.csv")).unwrap();
    let without = |text: String, word: &str| -> Vec<String> {
        text.lines()
            .filter(|l| !l.starts_with(word))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(
        without(figures("own"), "compare"),
        without(figures("read"), "compare")
    );
    assert!(figures("read").contains("compare,all,BCC,AUROC minus that of the other,0.000000"));
}

/// Answers to the twelve phantoms as `analyze --json` writes them, without a model: surer of a
/// BCC than of anything else.
fn answers() -> String {
    let line = |i: u64| {
        let said = |p: f64| format!(r#""probability":{p},"low":0.3,"high":0.6"#);
        let patterns: Vec<String> = Task::PATTERNS
            .map(|task| format!(r#"{{"code":"{}",{}}}"#, task.code(), said(0.5)))
            .into();
        format!(
            r#"{{"path":"p{i}.png","bcc":{{{}}},"patterns":[{}],"engine":"CPU","model":{{"name":"m","version":"1","sha256":"ab"}}}}"#,
            said(if i.is_multiple_of(4) { 0.9 } else { 0.1 }),
            patterns.join(",")
        ) + "\n"
    };
    (0..12).map(line).collect()
}

#[test]
fn heat_maps_of_another_model_are_refused_and_those_of_this_one_name_it() {
    let data = Data::new();
    fs::write(data.path("answers.jsonl"), answers()).unwrap();
    let (labels, lines) = (data.text("labels.csv"), data.text("answers.jsonl"));
    for (sha256, code) in [("cd", 1), ("ab", 0)] {
        let maps = format!(
            r#"{{"app_version":"0","model":"m","version":"9","sha256":"{sha256}","grid":[1,1],"images":1,"cells":[],"phantom":[],"sanity":{{"images":1,"repeats":true,"repeats_in_new_engine":true,"randomised":[],"passed":true}},"faithfulness":[],"bootstrap_rounds":100}}"#
        );
        fs::write(data.path("explain.json"), maps).unwrap();
        let (explained, out) = (data.text("explain.json"), data.text("out"));
        let output = study(&[
            "evaluate",
            "--labels",
            &labels,
            "--predictions",
            &lines,
            "--explain",
            &explained,
            "--out",
            &out,
            "--rounds",
            "100",
        ]);
        let said = sentence(&output);
        assert_eq!(output.status.code(), Some(code), "{said}");
        if code == 1 {
            for word in ["explain.json: ", "m 9 (sha256 cd)", "(sha256 ab)"] {
                assert!(said.contains(word), "{word}: {said}");
            }
            assert_eq!(said.lines().count(), 1, "{said}");
            assert!(nothing_written(&data.path("out")));
        }
    }
    let page = fs::read_to_string(data.path("out/report.html")).unwrap();
    assert!(page.contains("Maps of the model m 9 (sha256 ab)"));
}

#[test]
fn heat_maps_of_another_split_are_refused() {
    let data = Data::new();
    fs::write(data.path("answers.jsonl"), answers()).unwrap();
    let (labels, lines, out) = (
        data.text("labels.csv"),
        data.text("answers.jsonl"),
        data.text("out"),
    );
    let maps = r#"{"app_version":"0","model":"m","version":"9","sha256":"ab","source":{"labels":"l.csv","labels_sha256":"00","split":"test","images":"i","reference":"r.csv","command":"x"},"grid":[1,1],"images":1,"cells":[],"phantom":[],"sanity":{"images":1,"repeats":true,"repeats_in_new_engine":true,"randomised":[],"passed":true},"faithfulness":[],"bootstrap_rounds":100}"#;
    fs::write(data.path("explain.json"), maps).unwrap();
    let explained = data.text("explain.json");
    let output = study(&[
        "evaluate",
        "--labels",
        &labels,
        "--split",
        "val",
        "--predictions",
        &lines,
        "--explain",
        &explained,
        "--out",
        &out,
    ]);
    let words = [
        "explain.json: ",
        "l.csv (split test, ",
        "labels.csv (split val, ",
    ];
    refused(&data, &output, &words);
}

#[test]
fn heat_maps_without_a_marked_cell_are_refused_with_what_to_do() {
    let data = Data::new();
    let text = fs::read_to_string(data.path("readings.csv")).unwrap();
    let unmarked = text.replace(",5\n", ",\n").replace(",45,\n", ",,\n");
    assert!(!unmarked.contains("45"));
    fs::write(data.path("unmarked.csv"), unmarked).unwrap();
    let (labels, readings, out) = (
        data.text("labels.csv"),
        data.text("unmarked.csv"),
        data.text("out"),
    );
    let output = study(&[
        "explain",
        "--labels",
        &labels,
        "--readings",
        &readings,
        "--out",
        &out,
    ]);
    refused(&data, &output, &["unmarked.csv: ", "labels.csv", "_cells"]);
}

#[test]
fn answers_of_a_stand_in_say_so_on_the_page_in_the_json_and_on_stdout() {
    let data = Data::new();
    let simulated = answers().replacen(
        r#""engine":"CPU""#,
        r#""engine":"Edge TPU SIMULATED","stand_ins":["SIMULATED"]"#,
        3,
    );
    fs::write(data.path("answers.jsonl"), simulated).unwrap();
    let (labels, lines, out) = (
        data.text("labels.csv"),
        data.text("answers.jsonl"),
        data.text("out"),
    );
    let output = study(&[
        "evaluate",
        "--labels",
        &labels,
        "--predictions",
        &lines,
        "--out",
        &out,
        "--rounds",
        "100",
    ]);
    assert!(output.status.success(), "{}", sentence(&output));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("SIMULATED in 3 images"), "{stdout}");
    let page = fs::read_to_string(data.path("out/report.html")).unwrap();
    assert!(page.contains("<p class=\"warn\">SIMULATED in 3 images"));
    assert!(page.contains("Edge TPU SIMULATED (): 3 images"));
    let json = fs::read_to_string(data.path("out/evaluation.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let provenance = &json["provenance"];
    assert_eq!(
        provenance["stand_ins"],
        serde_json::json!([["SIMULATED", 3]])
    );
    assert_eq!(provenance["engines"][0]["engine"], "CPU");
    assert_eq!(provenance["engines"][0]["images"], 9);
    assert_eq!(provenance["engines"][1]["images"], 3);
}

#[test]
fn an_image_that_is_not_there_is_named_with_its_line() {
    let data = Data::new();
    fs::remove_file(data.path("p3.png")).unwrap();
    let (labels, out) = (data.text("labels.csv"), data.text("out"));
    let output = study(&["evaluate", "--labels", &labels, "--out", &out]);
    assert_eq!(output.status.code(), Some(1));
    let said = sentence(&output);
    assert!(
        said.contains("labels.csv, line 5: ") && said.contains("p3.png"),
        "{said}"
    );
    assert!(nothing_written(&data.path("out")));
}

#[test]
fn a_reading_of_an_image_without_a_label_is_named_with_its_line() {
    let data = Data::new();
    let text = fs::read_to_string(data.path("readings.csv")).unwrap();
    fs::write(data.path("more.csv"), text.replace("p2.png,B", "q2.png,B")).unwrap();
    let (labels, readings, out) = (
        data.text("labels.csv"),
        data.text("more.csv"),
        data.text("out"),
    );
    for command in ["evaluate", "explain"] {
        let output = study(&[
            command,
            "--labels",
            &labels,
            "--readings",
            &readings,
            "--out",
            &out,
        ]);
        assert_eq!(output.status.code(), Some(1), "{command}");
        let said = sentence(&output);
        assert!(
            said.contains("more.csv, line 7: ") && said.contains("q2.png"),
            "{said}"
        );
        assert!(nothing_written(&data.path("out")));
    }
}

#[test]
fn an_empty_split_is_named_with_those_there_are() {
    let data = Data::new();
    let (labels, out) = (data.text("labels.csv"), data.text("out"));
    let output = study(&[
        "evaluate", "--labels", &labels, "--split", "test", "--out", &out,
    ]);
    assert_eq!(output.status.code(), Some(1));
    let said = sentence(&output);
    assert!(
        said.contains("split test") && said.contains("val"),
        "{said}"
    );
    assert!(nothing_written(&data.path("out")));
}

#[test]
fn a_wrong_reading_stops_the_consensus_with_nothing_written() {
    let data = Data::new();
    let text = fs::read_to_string(data.path("readings.csv")).unwrap();
    fs::write(
        data.path("twice.csv"),
        format!("{text}{}\n", text.lines().nth(1).unwrap()),
    )
    .unwrap();
    fs::write(data.path("code.csv"), text.replace("UL_cells", "XY_cells")).unwrap();
    let alone: String = text
        .lines()
        .filter(|l| !l.contains(",B,"))
        .map(|l| format!("{l}\n"))
        .collect();
    fs::write(data.path("alone.csv"), alone).unwrap();
    let first = text.lines().nth(1).unwrap();
    let typo = first.replacen(",1,0,", ",l,0,", 1);
    assert_ne!(first, typo);
    fs::write(data.path("typo.csv"), text.replace(first, &typo)).unwrap();
    let short = first.rsplit_once(',').unwrap().0;
    fs::write(data.path("short.csv"), text.replace(first, short)).unwrap();
    fs::write(data.path("cell.csv"), text.replace(",5\n", ",50\n")).unwrap();
    let out = data.text("out");
    for (file, words) in [
        ("typo.csv", "line 2: bcc is \"l\"; 0, 1 or empty"),
        (
            "short.csv",
            "line 2: 11 fields where the first line names 12",
        ),
        ("cell.csv", "line 2: UL_cells"),
        ("twice.csv", "line 26: A has read p0.png already in line 2"),
        ("code.csv", "XY_cells"),
        ("alone.csv", "only one reader (A)"),
        ("none.csv", "cannot be read"),
    ] {
        let output = study(&["consensus", &data.text(file), "--out", &out]);
        assert_eq!(output.status.code(), Some(1), "{file}");
        let said = sentence(&output);
        assert!(said.contains(file) && said.contains(words), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(nothing_written(&data.path("out")));
    }
}

#[test]
fn the_consensus_of_two_readers_warns_and_is_written() {
    let data = Data::new();
    let (readings, out) = (data.text("readings.csv"), data.text("out"));
    let output = study(&["consensus", &readings, "--out", &out, "--rounds", "50"]);
    assert!(output.status.success(), "{}", sentence(&output));
    assert!(sentence(&output).contains("two readers"));
    let csv = fs::read_to_string(data.path("out/consensus.csv")).unwrap();
    assert!(csv.starts_with("file,readers,bcc,PN,UL,ON,MG,ML,SW,AT,PN_cells,"));
    assert_eq!(csv.lines().count(), 13);
    // The training reads this very form.
    let first: Vec<&str> = csv.lines().nth(1).unwrap().split(',').collect();
    assert_eq!(first[0], "p0.png");
    assert!(first[4].parse::<f64>().unwrap() > 0.5, "ulceration by both");
    assert_eq!(first[11], "5", "its cells");
    let standards = Standard::read(&data.path("out/consensus.csv")).unwrap();
    assert_eq!(standards[0].single[Task::Ulceration.index()], Some(1.0));
    let again = standards[0].again[Task::Ulceration.index()].unwrap();
    assert!((0.5..1.0).contains(&again), "{again}");
}

#[test]
fn a_consensus_has_a_page_that_warns_first_and_figures_say_what_they_rest_on() {
    let data = Data::new();
    let text = fs::read_to_string(data.path("readings.csv")).unwrap();
    let text = text.replace("file,reader,", "file,reader,quality,");
    let rows = text.replace(",A,", ",A,poor,").replace(",B,", ",B,ok,");
    fs::write(data.path("poor.csv"), &rows).unwrap();
    let (readings, out) = (data.text("poor.csv"), data.text("out"));
    let output = study(&["consensus", &readings, "--out", &out, "--rounds", "50"]);
    let said = sentence(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("A and B gave the same answers"), "{said}");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(
        stdout.contains("12 readings call the image poor"),
        "{stdout}"
    );
    // Nobody saw a spoke wheel: no sensitivity, and n says why.
    let line = stdout.lines().find(|l| l.starts_with("SW    A"));
    let words: Vec<_> = line.expect("a line").split_whitespace().collect();
    assert_eq!(words[2..5], ["-", "n", "0"], "{words:?}");
    let json = fs::read_to_string(data.path("out/consensus.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["poor"], &json["one_reader"]),
        (&12.into(), &0.into())
    );
    let warnings = json["warnings"].as_array().unwrap();
    let page = fs::read_to_string(data.path("out/consensus.html")).unwrap();
    for warning in warnings {
        assert!(page.contains(&format!("Warning: {}", warning.as_str().unwrap())));
    }
    assert!(warnings.len() >= 2 && page.contains("does not know who the readers were"));
}

#[test]
fn images_of_too_few_readers_are_left_out_where_asked_and_told_where_not() {
    let data = Data::new();
    let text = fs::read_to_string(data.path("readings.csv")).unwrap();
    let gone: Vec<&str> = text
        .lines()
        .filter(|l| !l.starts_with("p7.png,B"))
        .collect();
    fs::write(data.path("few.csv"), gone.join("\n") + "\n").unwrap();
    let readings = data.text("few.csv");
    let run = |least: &str, folder: &str| {
        let out = data.text(folder);
        let output = study(&[
            "consensus",
            &readings,
            "--out",
            &out,
            "--rounds",
            "10",
            "--min-readers",
            least,
        ]);
        let csv = fs::read_to_string(data.path(folder).join("consensus.csv"));
        (output, csv.unwrap_or_default())
    };
    let (output, csv) = run("1", "all");
    assert!(
        sentence(&output).contains("1 of 12 images"),
        "{}",
        sentence(&output)
    );
    assert!(csv.contains("p7.png,1,"));
    let (output, csv) = run("2", "two");
    assert!(!sentence(&output).contains("one reader only"));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("1 images whole"), "{stdout}");
    assert!(!csv.contains("p7.png") && csv.lines().count() == 12);
    let json = fs::read_to_string(data.path("two/consensus.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["left_out"]["images"], 1);
    let (output, _) = run("3", "three");
    assert_eq!(output.status.code(), Some(1));
    assert!(sentence(&output).contains("few.csv: no image has the answers of 3 readers"));
    assert!(nothing_written(&data.path("three")));
    assert_eq!(run("0", "none").0.status.code(), Some(2));
}

#[test]
fn wrong_use_is_exit_code_two() {
    let data = Data::new();
    let (labels, out, readings) = (
        data.text("labels.csv"),
        data.text("out"),
        data.text("readings.csv"),
    );
    let no_cells = study(&["explain", "--labels", &labels, "--out", &out]);
    assert_eq!(no_cells.status.code(), Some(2));
    let prior = study(&[
        "consensus",
        &readings,
        "--out",
        &out,
        "--sensitivity-prior",
        "0,1",
    ]);
    assert_eq!(prior.status.code(), Some(2));
}

/// Judges given answers with these labels; more arguments behind.
fn judge(data: &Data, labels: &str, answers: &str, more: &[&str]) -> Output {
    fs::write(data.path("clinic.csv"), labels).unwrap();
    fs::write(data.path("answers.jsonl"), answers).unwrap();
    let [labels, lines, out] = ["clinic.csv", "answers.jsonl", "out"].map(|name| data.text(name));
    let mut arguments = vec!["evaluate", "--labels", &labels, "--predictions", &lines];
    arguments.extend(["--out", &out, "--rounds", "100"]);
    arguments.extend(more);
    study(&arguments)
}

fn page_of(data: &Data) -> String {
    fs::read_to_string(data.path("out/report.html")).unwrap()
}

#[test]
fn a_clinics_table_of_yes_and_no_out_of_german_excel_is_judged_and_nothing_else_claimed() {
    let data = Data::new();
    let mut labels = String::from("\u{feff}sep=;\r\nfile;bcc;lesion;confirmed_by\r\n");
    for i in 0..12 {
        let (bcc, by) = if i % 4 == 0 {
            ("Yes", "Histologie")
        } else {
            ("no", "")
        };
        labels += &format!("p{i}.png;{bcc};L;{by}\r\n");
    }
    labels += ";;;\r\n;;;\r\n";
    let output = judge(&data, &labels, &answers(), &[]);
    let said = sentence(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("not there: diagnosis, lesion_id,"), "{said}");
    assert!(said.contains("not used: lesion."), "{said}");
    assert!(!said.contains("some images are BCC"), "{said}");
    let page = page_of(&data);
    for words in [
        "BCC are 25% of these images (3 of 12)",
        "Diagnoses: not stated 9, BCC 3.",
        "Confirmed by: not stated 9, Histologie 3.",
        "there but not used: lesion.",
        "small n",
    ] {
        assert!(page.contains(words), "{words}");
    }
    // Neither of the project's own data nor what nobody told the program; and no part of the
    // population that is the whole of it.
    for words in [
        "Half of",
        "retrospective: stored",
        "were blind to the diagnosis",
        "skin tone",
        "not stated</td>",
        "optimistic",
    ] {
        assert!(!page.contains(words), "{words}");
    }
    let patients = labels.replacen("lesion", "lesion_id", 1);
    let output = judge(&data, &patients, &answers(), &[]);
    assert!(output.status.success(), "{}", sentence(&output));
    let doubt = "In 1 of the lesions some images are BCC and some are not";
    assert!(sentence(&output).contains(doubt) && page_of(&data).contains(doubt));
    let unstated = labels.replace("Histologie", "");
    assert!(judge(&data, &unstated, &answers(), &[]).status.success());
    assert!(page_of(&data).contains("do not tell how the diagnoses were confirmed"));
}

#[test]
fn a_folder_a_patient_with_the_same_names_is_matched_by_the_folder() {
    let data = Data::new();
    let name = |i: u64| format!("patient{}/img{}.png", i / 2, i % 2);
    let (mut labels, mut lines) = (String::from("file,bcc\n"), answers());
    for i in 0..12 {
        labels += &format!("{},{}\n", name(i), u8::from(i % 4 == 0));
        let path = format!("\"/data/{}\"", name(i));
        lines = lines.replacen(&format!("\"p{i}.png\""), &path, 1);
    }
    let output = judge(&data, &labels, &lines, &[]);
    assert!(output.status.success(), "{}", sentence(&output));
    let figures = fs::read_to_string(data.path("out/figures.csv")).unwrap();
    assert!(figures.contains("bcc,all,BCC,AUROC,1.000000"), "{figures}");
    let lost = lines.replacen("/data/patient3/", "", 1);
    let output = judge(&data, &labels, &lost, &[]);
    let said = sentence(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("answers.jsonl, line 7: ") && said.contains("may be"),
        "{said}"
    );
}

#[test]
fn an_image_that_cannot_be_read_is_left_out_only_where_asked_for_and_named() {
    let data = Data::new();
    let labels = fs::read_to_string(data.path("labels.csv")).unwrap();
    let mut lines: Vec<String> = answers().lines().map(str::to_owned).collect();
    lines[4] = r#"{"path":"p4.png","error":"ends too early"}"#.into();
    lines.push(r#"{"path":"other.png","error":"is none"}"#.into());
    let lines = lines.join("\n");
    let output = judge(&data, &labels, &lines, &[]);
    let said = sentence(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("answers.jsonl, line 5: ") && said.contains("--skip-unreadable"),
        "{said}"
    );
    assert!(nothing_written(&data.path("out")));

    let output = judge(&data, &labels, &lines, &["--skip-unreadable"]);
    let said = sentence(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("line 6: left out: p4.png: ends too early"),
        "{said}"
    );
    let json = fs::read_to_string(data.path("out/evaluation.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let flow = &json["flow"];
    assert_eq!(
        (&flow["images"], &flow["unreadable"]),
        (&11.into(), &1.into())
    );
    assert_eq!(flow["bcc"], 2);
    let page = page_of(&data);
    for words in [
        "1 of 12 labelled images could not be read, 1 of them BCC",
        "<td>p4.png</td><td>6</td><td>yes</td><td>ends too early</td>",
        "Images: 1 not readable, by name",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_damaged_picture_does_not_keep_the_model_from_the_others() {
    let data = Data::new();
    let whole = fs::read(data.path("p4.png")).unwrap();
    fs::write(data.path("p4.png"), &whole[..whole.len() / 2]).unwrap();
    let (labels, out) = (data.text("labels.csv"), data.text("out"));
    let mut arguments = vec![
        "evaluate", "--labels", &labels, "--out", &out, "--rounds", "100",
    ];
    let output = study(&arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        sentence(&output).contains("labels.csv, line 6: "),
        "{}",
        sentence(&output)
    );
    arguments.push("--skip-unreadable");
    let output = study(&arguments);
    assert!(output.status.success(), "{}", sentence(&output));
    assert!(page_of(&data).contains("1 of 12 labelled images could not be read"));
}

#[test]
fn readings_and_a_consensus_in_each_others_place_are_told_where_they_belong() {
    let data = Data::new();
    let [readings, out, labels] = ["readings.csv", "out", "labels.csv"].map(|name| data.text(name));
    let made = study(&["consensus", &readings, "--out", &out, "--rounds", "0"]);
    assert!(made.status.success(), "{}", sentence(&made));
    let consensus = data.text("out/consensus.csv");
    let eval = data.text("eval");
    for (option, file, words) in [
        ("--consensus", &readings, "give it with --readings"),
        ("--readings", &consensus, "take it with --consensus"),
    ] {
        let output = study(&[
            "evaluate", "--labels", &labels, option, file, "--out", &eval,
        ]);
        let said = sentence(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(words), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(nothing_written(&data.path("eval")));
    }
}

#[test]
fn a_pattern_nobody_read_leaves_the_others_their_consensus() {
    let data = Data::new();
    let text = fs::read_to_string(data.path("readings.csv")).unwrap();
    let without: Vec<String> = text
        .lines()
        .map(|line| {
            let mut fields: Vec<&str> = line.split(',').collect();
            fields.remove(8);
            fields.join(",")
        })
        .collect();
    assert!(!without[0].contains("SW"));
    fs::write(data.path("six.csv"), without.join("\n")).unwrap();
    let output = study(&[
        "consensus",
        &data.text("six.csv"),
        "--out",
        &data.text("out"),
    ]);
    assert!(output.status.success(), "{}", sentence(&output));
    let standards = Standard::read(&data.path("out/consensus.csv")).unwrap();
    let of = |task: Task| standards[0].posterior[task.index()];
    let sw = Task::PATTERNS[5];
    assert_eq!((sw.code(), of(sw)), ("SW", None));
    assert!(of(Task::Ulceration).is_some_and(|p| p > 0.5));
    let [labels, out] = ["labels.csv", "out"].map(|name| data.text(name));
    let six = data.text("six.csv");
    fs::write(data.path("answers.jsonl"), answers()).unwrap();
    let output = study(&[
        "evaluate",
        "--labels",
        &labels,
        "--predictions",
        &data.text("answers.jsonl"),
        "--readings",
        &six,
        "--out",
        &out,
        "--rounds",
        "100",
    ]);
    assert!(output.status.success(), "{}", sentence(&output));
    let page = page_of(&data);
    assert!(!page.contains("NaN"));
}
