# What the folder `report.folder` holds, and what is compared with its claims.

# A study's own sections come first, then those that every report can have.
OWN = Path(report_file("sections", PLAN.config))
OURS = BASE / "report/sections"
NUMBERED_IN = (
    [OWN] if OWN.resolve() == OURS.resolve() else [OWN, BASE / "report/generic"]
)
SECTION_FOLDERS = list(dict.fromkeys([*NUMBERED_IN, OURS]))


def section_files():
    """The numbered sections by name, each from the first folder that has it; and all that they can include."""
    numbered = {
        path.name: path
        for folder in reversed(NUMBERED_IN)
        for path in folder.glob("[0-9]*.md.j2")
    }
    every = {path for folder in SECTION_FOLDERS for path in folder.rglob("*.md.j2")}
    sections = [numbered[name] for name in sorted(numbered)]
    return sections, sorted(every - set(sections))


SECTIONS, FRAGMENTS = section_files()
# The two Korean pages are of a report that has words for them.
KOREAN = Path(report_file("korean/catalogue.yaml", PLAN.config))
KOREAN_PAGES = {"markdown": "ko.md", "html": "ko.html", "pdf": "ko.pdf"}


def compared_claims():
    """Tables of the same claims on other seeds or data, by title."""
    named = config["report"]["compare_claims"]
    found = {
        title: folder_of("report.compare_claims", path) for title, path in named.items()
    }
    if lacking := [title for title, path in found.items() if not os.path.isfile(path)]:
        raise SystemExit(
            f"Error: report.compare_claims.{lacking[0]} is {named[lacking[0]]!r}, which is no file; expected a claims.csv."
        )
    # Seeds that were seen before the tests were chosen, where the folder of reused runs has them.
    earlier = reused_files("exploration/claims.csv")
    return {**{"Exploration": path for path in earlier}, **found}


COMPARED = compared_claims()
