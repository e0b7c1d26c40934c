#!/usr/bin/env bash
# Compiles a model for the Edge TPU and enters the file in its manifest:
#
#   scripts/compile-edgetpu.sh [models/NAME]
#
# Needs Google's edgetpu_compiler (x86-64 Debian or Ubuntu, or a container of it). Nothing is
# written unless all of the model was mapped onto the accelerator, in one piece.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-models/bcc8-mnv2}
[ $# -le 1 ] || { echo "compile-edgetpu: takes one model's folder, got '$*'" >&2; exit 2; }
[ -f "$folder/manifest.toml" ] || { echo "compile-edgetpu: $folder has no manifest.toml" >&2; exit 2; }

if ! command -v edgetpu_compiler >/dev/null; then
  cat >&2 <<HOW
compile-edgetpu: edgetpu_compiler is not installed. It runs on x86-64 only and comes from Google:

  curl https://packages.cloud.google.com/apt/doc/apt-key.gpg \\
    | sudo gpg --dearmor -o /usr/share/keyrings/coral-edgetpu.gpg
  echo "deb [signed-by=/usr/share/keyrings/coral-edgetpu.gpg] https://packages.cloud.google.com/apt coral-edgetpu-stable main" \\
    | sudo tee /etc/apt/sources.list.d/coral-edgetpu.list
  sudo apt-get update && sudo apt-get install edgetpu-compiler

On another machine, the same in a container (podman or docker), from this folder:

  docker run --rm -it --platform linux/amd64 -v "\$PWD:/work" -w /work debian:12 bash
  apt-get update && apt-get install -y curl gpg python3, then the four lines above without sudo,
  then scripts/compile-edgetpu.sh $folder

Whether a model will compile is predicted without it: bccscope model lint $folder/*.tflite
HOW
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$folder" "$work" <<'PYTHON'
import hashlib, pathlib, re, shutil, subprocess, sys

folder, work = map(pathlib.Path, sys.argv[1:])
manifest = folder / "manifest.toml"
text = manifest.read_text()

def fail(why):
    sys.exit(f"compile-edgetpu: {why}")

block = re.search(r'^\[files\.cpu\]\n((?:[^\[\n].*\n)+)', text, re.M)
entry = block and dict(re.findall(r'^(\w+) = "(.*)"$', block[1], re.M))
if not entry or "path" not in entry:
    fail(f"{manifest} names no CPU file")
source = folder / entry["path"]
if hashlib.sha256(source.read_bytes()).hexdigest() != entry["sha256"]:
    fail(f"{source} is not the file {manifest} names (sha256 differs)")

run = subprocess.run(["edgetpu_compiler", "-s", "-o", work, source], capture_output=True, text=True)
log = run.stdout + run.stderr
(work / "whole.log").write_text(log)
if run.returncode:
    fail(f"edgetpu_compiler failed:\n{log}")

def said(pattern, what):
    found = re.search(pattern, log)
    return found[1].strip() if found else fail(f"the compiler's log does not say {what}:\n{log}")

version = said(r"Edge TPU Compiler version (\S+)", "its version")
subgraphs = said(r"Number of Edge TPU subgraphs: (\d+)", "the number of subgraphs")
operations = said(r"Total number of operations: (\d+)", "the number of operations")
used = said(r"On-chip memory used for caching model parameters: (\S+)", "the memory used")
streamed = said(r"Off-chip memory used for streaming uncached model parameters: (\S+)", "what is streamed")
rows = re.findall(r"^([A-Z0-9_a-z-]+) {2,}(\d+) {2,}(\S.*)$", log, re.M)
left = [f"{n} x {name}: {status}" for name, n, status in rows if status.strip() != "Mapped to Edge TPU"]
mapped = sum(int(n) for _, n, status in rows if status.strip() == "Mapped to Edge TPU")
if left:
    fail("not all of the model was mapped:\n  " + "\n  ".join(left))
if subgraphs != "1" or mapped != int(operations):
    fail(f"{mapped} of {operations} operations in {subgraphs} subgraphs, where all in 1 is needed:\n{log}")
compiled = work / f"{source.stem}_edgetpu.tflite"
if not compiled.is_file():
    fail(f"the compiler wrote no {compiled.name}:\n{log}")

name = compiled.name
entry = f"""[files.edgetpu]
path = "{name}"
sha256 = "{hashlib.sha256(compiled.read_bytes()).hexdigest()}"
# Largest difference of a score (a logit) from the CPU's on the known answers.
max_difference = 0.2
compiler = "edgetpu_compiler {version}: {mapped} of {operations} operations mapped, {used} on the chip, {streamed} streamed"

"""
text = re.sub(r"^\[files\.edgetpu\]\n(?:[^\[\n].*\n|\n)*", "", text, flags=re.M)
text = text.replace(block[0], block[0] + "\n" + entry.rstrip("\n") + "\n", 1)
shutil.copyfile(compiled, folder / name)
(folder / f"{compiled.stem}.log").write_text(log)
fresh = manifest.with_suffix(".toml.new")
fresh.write_text(text)
fresh.replace(manifest)
print(f"{folder / name}: {mapped} operations mapped, {used} on the chip, {streamed} streamed")
PYTHON
echo "Next: bccscope model verify --model $folder"
