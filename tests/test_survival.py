"""A selection of the matrix of survival.py: every activation in every format, and every host under every policy."""

import itertools

import pytest
from cases import BACKEND
from survival import HOSTS, POLICIES, Branch, activations, may_stand, survive

pytestmark = pytest.mark.filterwarnings("ignore")  # of Keras about its formats, and of what trains in 16 bits

# Each policy takes its share of the activations. JAX compiles each of them.
CHOSEN, STEP = (POLICIES[:1], 9) if BACKEND == "jax" else (POLICIES, len(POLICIES))


def selection(policy):
    """Branches with every host. The whole product of activations and hosts is left to `make survive`."""
    hosts = itertools.cycle(HOSTS)
    for activation in list(activations())[POLICIES.index(policy) :: STEP]:
        yield next(Branch(host, activation, policy) for host in hosts if may_stand(activation, host))


@pytest.mark.parametrize("policy", CHOSEN)
def test_every_format_keeps_what_was_learned(policy):
    assert not survive(list(selection(policy)))
