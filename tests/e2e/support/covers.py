"""Marks on tests that name what they show. scripts/compat reads them from the source; at run time they do nothing."""


def covers(*annotations):
    """Annotations, without prefix, whose behaviour the test shows."""
    return lambda test: test


def covers_key(*keys):
    """Keys of the controller's ConfigMap whose behaviour the test shows."""
    return lambda test: test
