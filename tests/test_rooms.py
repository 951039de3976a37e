"""The shape of the house: which rooms there are, what is in each, and that imports go downwards only."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import mturk

PACKAGE = Path(mturk.__file__).parent

# A line is a room, or a file without one. Lowest first: a line imports only from the lines above it. In a room `|`
# goes up a storey, and a file imports only from the storeys below its own. `__init__` is a room's door, if it has one.
SDK = """
schemas
version
late
errors
alters_data
doubt
data:           enumeration formula limit price safe_text whole_file | csv_file wire | locale
budget
requirements
cost
connection:     balance bound clock operation settings trace
                | compression credentials endpoint line pace patience reply retry | exchange | socks_exchange
                | adapter local signature | transport | connection
record:         display export read_ahead | collection | record value | bulk
rendering:      character html_page jinja placeholder starter_value | rendering starter | submission | template
question:       address element namespace part plain_answers | answer grammar layout schema task_request xhtml
                | content document
                | answer_specification html_question scoring | external_question form | question | exam
question_form
answer_key
model:          bonus_payment ending notification qualification review task_file terms worker_block
                | assignment qualification_request used_token | publishing | hit qualification_type
                | compensation once_per_worker | hit_type worker
quality:        label truth vote | listing submission_record | agreement crowd_model | aggregation gold
                worker_table | figure reliability
table:          answer_cell file_key result_spool sheet site_time | result | ballot columns results_file | chart
                | results
parallel:       hands place tally | progress
journal:        journal_store | journal | filing journal_run
decision:       errand | plan | bonus verdict
batch:          batch_report batch_terms mould | row_question | batch_estimate examination lane order
                | addition batch_status belonging marking offering | recognition
                | adoption closing loading publication reading waiting | batch
event:          event_name fetch loop origin queue_policy queue_url reviewable storage
                | certificate event queue | envelope listener mark message probe | crew intake
                | engine poll push queue_source | events | default
sqs
redirect:       aws_host own_folder roots tunnel | authority destination hooks proxy_request | outward surroundings
                | redirect
__init__
pytest_plugin
moving:         past | unfit_row | account_lines site_results study_database worker_list | dallinger_study psiturk_study
                | source
cli.advice:     finding rule script_text | scrutiny
cli.account:    new_file | holdings reach | tabulation | export_file funds hits qualifications workers
cli.batch:      new_folder requirement_notation telling | marked_file plan_dialogue task_settings watching
                | batch_folder | argument | publish_command review_command | batch_group
cli:            demo doctor end_signal front_door lookout payouts sibling simulate | demo_site diagnosis option
                | access audit crowd diagnosing hearing import_command people preview redirection upkeep
                | bringing serve | program
flask:          configuration framing handler in_force | state | blueprint worker_page | checkup | command_group
                | extension | __init__
django:         conf fields frame_options signals | checks process | apps task views | command test urls
django
django.management
django.management.commands: mturk_doctor mturk_listen mturk_poll
django.mirror:  models | reflection | apps decision reconciliation | admin
django.mirror.management
django.mirror.management.commands: mturk_sync
__main__
"""
MARKETPLACE = """
error
alters_data
clock
money
identifier
paged_list
routine
signature
setting
quota
waiting_line
call
database:       address column driver durable occurrence row turn | opened_file | seal
                | account_table audit_table delivery_table money_table offer_table site_table
                | first_rows ending table
                | group_count | diagnosis engine lock upgrade | store
agenda
watch:          attempt glance level repetition subject visit watch_setting | log_line metrics route trail
                | arrival watch
                | log
document:       expression lost_question parser | schema | answer_key constraint | question | answer
form:           entry markup | content | control | drawing
frame:          joined_script library page_source posted ticket | served_page shelf | npm
request:        idempotency numbered_page shape | paging rules
people:         acquaintance mail | ledger message payout premium_type | requester worker | block
queue:          queue_error | queue_member message_attribute | queue | queue_message waiting_room
                | queue_operation receiver
delivery:       credential mail_server network outbox | destination | exchange listener mailer topic
                | certificate sender | envelope old_notice own_queue | push | delivery
qualification:  system_type | qualification_type requirement | qualification | eligibility qualification_request
                | qualification_type_deletion
hit:            hit_type layout review_policy | notification review_score | hit
                | assignment extension missing_asset offer publication review_result review_status type_change
                | bonus decision upload | file_upload review | due_approval due_batch expiration work | disposal
workplace:      concern desk need notice period plain_text skill submission | earning letter report statement
                | overview picture
due
dispatch
query:          query_error | parameter_tree query_signature | translation | clerk query_document response_group
                | composite old_list | old_operation | query_dispatch
account:        email_address objection password place secret | account_link alias device means person
                sitting slowdown | admission closure confirmation invitation own_data probe proof | entrance own_account
timekeeper
background
opening
importing:      known_name verdict | past_thing | people_step staging | type_step work_step | importation
administration
actor
gate:           connection_limit framing lobby open_files poller stock
http:           bygone fault form_limit public_address refused_call stranger throttle
                | health_page verification | key_ring | api
                | complaint endpoint old_api queue_api topic_page upload_page | app incoming | channel | reception
                | server
site:           intake protection signing_key terms time_zone way_back | site_setting
                | door language service | session_cookie browser_name country typed | visitor
                | navigation refusal show task_frame | front_page site wanted work_area
site.pages:     asset_page external_submit frame_text | account_page consent_page dashboard_page entrance_page
                group_page language_page mail_page message_page qualification_page report_page task_page | work_page
                | directory
web
premises
upkeep:         problem reader sealed_text | consistency dump rotation | inspection | pruning trial | backup
                | restoration
simulation:     field | crowd posting | simulation
market
__init__
"""
# The SDK may start a marketplace in its own process, and its programs are about one; nothing else crosses over.
CROSSINGS = {
    "connection.local",
    "pytest_plugin",
    "cli.bringing",
    "cli.crowd",
    "cli.front_door",
    "cli.option",
    "cli.preview",
    "cli.program",
    "cli.sibling",
    "cli.upkeep",
    "django.test",
}
# Django finds an app's configuration by the name of its file.
NAMED_BY_A_FRAMEWORK = {"apps"}
# Relations point up the house, from an assignment to its worker and back, so records find each other by name; and a
# connection finds its events.
BY_NAME = {"record.record": {"mturk"}, "connection.connection": {"mturk"}, "model.hit_type": {"mturk"}}


def heights(plan: str, prefix: str) -> dict[str, tuple[int, int]]:
    """For each module its floor, and the storey within the floor's room."""
    found = {}
    floors = [" ".join(line.split()) for line in plan.strip().replace("\n ", " ").splitlines()]
    for floor, line in enumerate(floors):
        room, colon, inside = line.partition(":")
        found[f"{prefix}{room}"] = (floor, -1)
        for storey, names in enumerate(inside.split("|") if colon else ()):
            for name in names.split():
                found[f"{prefix}{room}" if name == "__init__" else f"{prefix}{room}.{name}"] = (floor, storey)
    return found


def modules(folder: Path) -> dict[str, Path]:
    """All modules below a folder by their dotted names; the steps of a database are data, and left out."""
    paths = [path for path in sorted(folder.rglob("*.py")) if not {"migration", "migrations"} & set(path.parts)]
    dotted = {".".join(path.relative_to(folder).with_suffix("").parts): path for path in paths}
    return {name.removesuffix(".__init__") if name != "__init__" else name: path for name, path in dotted.items()}


SDK_FILES = {name: path for name, path in modules(PACKAGE).items() if name.partition(".")[0] != "marketplace"}
MARKETPLACE_FILES = modules(PACKAGE / "marketplace")
SDK_HEIGHTS = heights(SDK, "")
MARKETPLACE_HEIGHTS = heights(MARKETPLACE, "")
FILES = sorted(PACKAGE.rglob("*.py"))


def for_type_checkers(tree: ast.AST) -> set[ast.AST]:
    """What only a type checker reads."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }


def imported(path: Path) -> Iterator[str]:
    """What a file imports of this package, wherever in the file that stands, and however late."""
    tree = ast.parse(path.read_text())
    unread = for_type_checkers(tree)
    for node in ast.walk(tree):
        if node in unread:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] == "mturk")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "mturk":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "late.module":
            name = ast.literal_eval(node.args[0])
            yield from [name] if name.startswith("mturk.") else []


def looked_up(path: Path) -> set[str]:
    """What a file imports by a name that is a text."""
    return {
        node.args[0].value.split(".")[0]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in ("import_module", "__import__", "files", "PackageLoader")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and node.args[0].value.split(".")[0] == "mturk"
        and node.args[0].value.split(".")[1:2] not in (["templates"], ["examples"])
    }


def known(name: str, half: dict[str, Path]) -> str:
    """The module that a dotted name stands for, or stands in."""
    while name and name not in half:
        name = name.rpartition(".")[0]
    return name or "__init__"


def below(module: str, half: dict[str, Path], plan: dict[str, tuple[int, int]], names: list[str]) -> list[str]:
    """Those of the imported modules that do not lie below this one."""
    targets = {known(name, half) for name in names} - {module}
    return sorted(target for target in targets if plan[target] >= plan[module])


@pytest.mark.parametrize(
    ("plan", "files"), [(SDK_HEIGHTS, SDK_FILES), (MARKETPLACE_HEIGHTS, MARKETPLACE_FILES)], ids=["sdk", "marketplace"]
)
def test_every_file_has_its_place(plan: dict[str, tuple[int, int]], files: dict[str, Path]) -> None:
    assert set(plan) == set(files)


@pytest.mark.parametrize("module", SDK_FILES)
def test_a_file_of_the_sdk_imports_only_what_lies_below_it(module: str) -> None:
    ours = [name.removeprefix("mturk").lstrip(".") for name in imported(SDK_FILES[module])]
    names = [name for name in ours if name.partition(".")[0] != "marketplace"]
    assert below(module, SDK_FILES, SDK_HEIGHTS, names) == []


@pytest.mark.parametrize("module", MARKETPLACE_FILES)
def test_a_file_of_the_marketplace_imports_only_what_lies_below_it(module: str) -> None:
    ours = imported(MARKETPLACE_FILES[module])
    names = [name.removeprefix("mturk.marketplace.") for name in ours if name.startswith("mturk.marketplace")]
    assert below(module, MARKETPLACE_FILES, MARKETPLACE_HEIGHTS, names) == []


def test_only_what_starts_a_marketplace_crosses_from_the_sdk_into_it() -> None:
    crossing = {
        module
        for module, path in SDK_FILES.items()
        if any(name.startswith("mturk.marketplace") for name in imported(path))
    }
    assert crossing == CROSSINGS


def test_the_sdk_never_needs_more_than_the_doors_of_the_marketplace() -> None:
    used = {name for path in SDK_FILES.values() for name in imported(path) if name.startswith("mturk.marketplace")}
    assert {name for name in used if name.count(".") != 2} == set()


@pytest.mark.parametrize("module", MARKETPLACE_FILES)
def test_no_file_of_the_marketplace_imports_the_sdk(module: str) -> None:
    others = {name for name in imported(MARKETPLACE_FILES[module]) if not name.startswith("mturk.marketplace")}
    assert others <= {"mturk.schemas"}


def test_what_is_looked_up_by_name_is_known() -> None:
    found = {name: looked_up(path) for name, path in {**SDK_FILES, **MARKETPLACE_FILES}.items() if looked_up(path)}
    assert found == BY_NAME


def test_importing_the_marketplace_imports_nothing_of_the_sdk() -> None:
    code = "import sys, mturk.marketplace; print(*[name for name in sys.modules if name.startswith('mturk.')])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert {name.split(".")[1] for name in printed.split()} == {"marketplace", "schemas"}


@pytest.mark.parametrize("half", [SDK_FILES, MARKETPLACE_FILES], ids=["sdk", "marketplace"])
def test_no_name_of_a_file_is_used_twice_in_one_half(half: dict[str, Path]) -> None:
    stems = Counter(name.rpartition(".")[2] for name, path in half.items() if path.name != "__init__.py")
    assert [stem for stem, number in stems.items() if number > 1 and stem not in NAMED_BY_A_FRAMEWORK] == []


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}), ids=lambda folder: folder.name)
def test_a_room_holds_at_most_25_files(folder: Path) -> None:
    assert len(list(folder.glob("*.py"))) <= 25


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.stat().st_size], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_a_file_begins_with_a_sentence_that_says_what_it_is_for(path: Path) -> None:
    first = (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n\n")[0]
    assert first.rstrip().endswith((".", ":", "?", "`"))
