"""The eight tasks, in the order of the network's channels."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    id: str
    code: str
    name: str
    role: str


TASKS = (
    Task("bcc", "BCC", "Basal cell carcinoma", "diagnosis"),
    Task("pigment_network", "PN", "Pigment network", "negative-criterion"),
    Task("ulceration", "UL", "Ulceration", "positive-criterion"),
    Task("ovoid_nests", "ON", "Large blue-grey ovoid nests", "positive-criterion"),
    Task("multiple_globules", "MG", "Multiple blue-grey globules", "positive-criterion"),
    Task("maple_leaf", "ML", "Maple leaf-like areas", "positive-criterion"),
    Task("spoke_wheel", "SW", "Spoke-wheel areas", "positive-criterion"),
    Task("arborizing_telangiectasia", "AT", "Arborizing telangiectasia", "positive-criterion"),
)
CODES = tuple(t.code for t in TASKS)
PATTERNS = CODES[1:]
N = len(TASKS)
