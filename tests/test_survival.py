"""A selection from the matrix of `lab/survival.py`."""

import collections

import pytest

from lab.cases import BACKEND
from lab.survival import HOSTS, KINDS, POLICIES, Branch, activations, attempt, may_stand, survive

# The warnings are those of Keras about its formats, and those of training in 16 bits.
pytestmark = pytest.mark.filterwarnings("ignore")


def selection():
    """Yield every activation once, kind after kind.

    Each activation is in the next host that may contain it. Each has the next policy.
    """
    waiting, rounds = collections.deque(HOSTS), collections.Counter()
    for _, activation in sorted(activations(), key=lambda pair: KINDS.index(pair[0])):
        host = next(host for host in waiting if may_stand(activation, host))
        waiting.remove(host)
        waiting.append(host)
        yield Branch(host, activation, POLICIES[(list(HOSTS).index(host) + rounds[host]) % len(POLICIES)])
        rounds[host] += 1


# The files are those of Keras, whose backend only fills them: TensorFlow has the whole selection, and torch every third of it. JAX compiles
# each branch, so that its selection is small and has one policy.
SELECTION = list(selection())[:: {"tensorflow": 1, "torch": 3, "jax": 23}[BACKEND]]
SELECTION = [Branch(b.host, b.activation) for b in SELECTION] if BACKEND == "jax" else SELECTION


@pytest.mark.parametrize("policy", sorted({branch.policy for branch in SELECTION}))
def test_every_format_keeps_what_was_learned(policy):
    assert not survive([branch for branch in SELECTION if branch.policy == policy], attempt)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="the selection is smaller there")
def test_the_selection_has_every_pair_but_those_of_activations_and_hosts():
    kinds = {activation: kind for kind, activation in activations()}
    assert {branch.activation for branch in SELECTION} == set(kinds)
    assert len({(branch.host, branch.policy) for branch in SELECTION}) == len(HOSTS) * len(POLICIES)
    assert len({(branch.host, kinds[branch.activation]) for branch in SELECTION}) == len(HOSTS) * len(KINDS)
