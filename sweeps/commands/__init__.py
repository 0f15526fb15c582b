"""The commands of ``hwsim``, a file per subject; each prints for people, or with ``--json`` for programs."""
