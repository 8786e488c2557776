"""Assembles Accord for Dagster: settings, resources, jobs, schedules, sensors. Assets live in ``assets``."""
