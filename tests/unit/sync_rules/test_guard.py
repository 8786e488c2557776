"""The guard stops a plan that would do too much, and says what and how to go on."""

import pytest

from sync_rules.guard import judge
from sync_rules.mapping_caps import Cap, Caps, CapSet
from sync_rules.plan import FieldChange, Plan, Write


def plan_of(make, *counts):
    writes = []
    for object_type, operation, count, after in counts:
        change = FieldChange("title", "Title", "CFO", after, after, "two_way", "")
        writes += [
            Write(
                f"{object_type}:{operation}:{n}",
                "salesforce",
                object_type,
                operation,
                None,
                f"p{n}",
                (change,),
            )
            for n in range(count)
        ]
    return Plan(make.noon, tuple(writes), (), (), (), 0, 0)


@pytest.mark.parametrize(
    ("counts", "population", "caps", "what"),
    [
        (("Lead", "create", 10, "x"), {}, Caps(create=Cap(absolute=10)), None),
        (("Lead", "create", 11, "x"), {}, Caps(create=Cap(absolute=10)), ("create Lead", 11, 10)),
        (("Lead", "update", 26, "x"), {"Lead": 100}, Caps(update=Cap(share=0.25)), ("update Lead", 26, 25)),
        (("Lead", "update", 26, "x"), {"Lead": 100}, Caps(update=Cap(share=0.1, floor=30)), None),
        (("Lead", "update", 26, "x"), {}, Caps(update=Cap(share=0.1)), None),
        (
            ("Lead", "update", 26, "x"),
            {"Lead": 9},
            Caps(update=Cap(share=0.1, absolute=5)),
            ("update Lead", 26, 5),
        ),
        (("Lead", "update", 6, None), {}, Caps(blank=Cap(absolute=5)), ("blank Lead", 6, 5)),
        (("Lead", "create", 6, None), {}, Caps(blank=Cap(absolute=5)), None),
        (("Task", "archive", 1, "x"), {}, Caps(), ("archive Task", 1, 0)),
        (
            ("Task", "update", 9, "x"),
            {},
            Caps(update=Cap(absolute=1), objects={"Task": CapSet(create=Cap())}),
            ("update Task", 9, 1),
        ),
        (("contacts", "opt_out", 2, "x"), {}, Caps(opt_out=Cap(absolute=1)), ("opt_out contacts", 2, 1)),
        (("Lead", "update", 6, "x"), {}, Caps(fields={"title": Cap(absolute=6)}), None),
        (("Lead", "update", 6, "x"), {}, Caps(fields={"city": Cap(absolute=0)}), None),
        (("Lead", "create", 6, "x"), {}, Caps(fields={"title": Cap(absolute=5)}), None),
        (
            ("Lead", "update", 6, None),
            {},
            Caps(fields={"title": Cap(absolute=5)}),
            ("change title of Lead", 6, 5),
        ),
        (
            ("Lead", "update", 26, "x"),
            {"Lead": 100},
            Caps(fields={"title": Cap(share=0.25, floor=1)}),
            ("change title of Lead", 26, 25),
        ),
        (
            ("Task", "create", 9, "x"),
            {},
            Caps(create=Cap(absolute=1), objects={"Task": CapSet(create=Cap())}),
            None,
        ),
    ],
)
def test_a_plan_beyond_a_cap_is_stopped(make, counts, population, caps, what):
    verdict = judge(plan_of(make, counts), population, caps, first_pass=False)
    assert verdict.ok == (what is None)
    assert [(t.what, t.count, t.limit) for t in verdict.tripped] == ([what] if what else [])


def test_the_way_to_approve_names_the_cap(make):
    caps = Caps(create=Cap(absolute=1), objects={"Task": CapSet(create=Cap(absolute=1))})
    verdict = judge(
        plan_of(make, ("Lead", "create", 2, "x"), ("Task", "create", 2, "x")), {}, caps, first_pass=False
    )
    assert "`caps.create`" in verdict.tripped[0].how_to_approve
    assert "`caps.objects.Task.create`" in verdict.tripped[1].how_to_approve
    caps = Caps(fields={"title": Cap(absolute=1)})
    verdict = judge(plan_of(make, ("Lead", "update", 2, "x")), {}, caps, first_pass=False)
    assert "`caps.fields.title`" in verdict.tripped[0].how_to_approve


def test_the_first_pass_only_plans(make):
    verdict = judge(plan_of(make, ("Lead", "create", 1, "x")), {}, Caps(), first_pass=True)
    assert not verdict.ok
    assert verdict.tripped[0].what.startswith("first pass")
    assert judge(plan_of(make), {}, Caps(), first_pass=True).ok
