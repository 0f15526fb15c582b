"""Search: a study's space as genes, a sampler of Optuna that proposes them, and the log that its dashboard opens."""
