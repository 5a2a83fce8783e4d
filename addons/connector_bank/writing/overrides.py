"""Which code a registry adds to the models of the ledger that nobody here has read."""

import hashlib

#: Modules whose part in statement lines and their entries has been read and is covered by the exemplars.
READ = frozenset(
    {
        "account", "account_check_printing", "account_debit_note", "account_edi", "account_edi_ubl_cii",
        "account_payment", "account_peppol", "analytic", "base", "hr_expense", "mail", "point_of_sale", "portal",
        "pos_sale", "product", "purchase", "purchase_stock", "queue_job", "rating", "sale", "sale_expense",
        "sale_project", "sale_stock", "sale_timesheet", "snailmail_account", "stock_account", "web", "website_sale",
        "finance_connector_base", "connector_bank", "connector_tax", "connector_treasury", "connector_close",
    }
)  # fmt: skip

#: Methods that take part when a line or a reconciliation is written.
TAKES_PART = frozenset(
    {
        "create", "write", "_write", "_write_multi", "unlink", "flush", "_post", "action_post", "_compute_name",
        "_set_next_sequence", "_get_last_sequence", "_get_last_sequence_domain", "_get_starting_sequence",
        "_get_next_sequence_format", "_locked_increment", "_get_sequence_date_range", "_get_sequence_format_param",
        "_prepare_move_line_default_vals", "_generate_move_vals", "_generate_journal_entry",
        "_synchronize_from_moves", "_synchronize_to_moves", "_hash_moves",
        "_check_balanced", "_sync_dynamic_lines", "_sync_dynamic_line", "_sync_invoice", "_sync_unbalanced_lines",
        "_reconcile_plan", "_reconcile_plan_with_sync", "_prepare_reconciliation_plan", "_reconcile_post_hook",
        "_prepare_reconciliation_single_partial", "_prepare_reconciliation_amls", "_reconcile_pre_hook",
        "_create_exchange_difference_moves", "_prepare_exchange_difference_move_vals", "_get_exchange_journal",
        "_get_exchange_account", "_inverse_reconciled_lines_ids", "_invoice_paid_hook", "_compute_amount_residual",
        "_compute_payment_state", "_compute_amount", "_compute_is_reconciled", "_compute_matching_number",
        "_check_access",
    }
)  # fmt: skip


def strangers(model_class, read=READ):
    """``[(module or None, method)]`` that take part in writing and that nobody here has read.

    A method on the registry's own class was put there at run time (automation rules, patches): module None.
    Their checks and the ways they compute stored fields count as well.
    """
    stored = {field.compute for field in model_class._fields.values() if field.store and isinstance(field.compute, str)}
    found = [(None, name) for name in vars(model_class) if name in TAKES_PART]
    for one in model_class.__mro__[1:]:
        module = vars(one).get("_module")
        if not module or module in read:
            continue
        for name, value in vars(one).items():
            if name in TAKES_PART or name in stored or getattr(value, "_constrains", None):
                found.append((module, name))
    return found


def computed_by_strangers(model_class, read=READ):
    """``[(module, field)]``: stored fields of modules not read that are computed or have a default."""
    return [
        (field._module, name)
        for name, field in model_class._fields.items()
        if field.store and (field.compute or field.related or field.default) and field._module not in read
    ]


def elsewhere(registry, changed, own):
    """Triggers of stored fields of other models that depend on what is changed, as ``_modified_triggers`` takes them.

    :param changed: ``{model: names of fields}``
    :param own: models whose columns are written, and compared, themselves
    """
    fields = [registry[model]._fields[name] for model, names in changed.items() for name in names]
    return registry.get_trigger_tree(
        fields, lambda field: bool(field.store and field.compute and field.model_name not in own)
    )


def signature(modules, model_classes):
    """A digest of everything a proof depends on: modules and versions, fields, methods and who defines them."""
    digest = hashlib.sha256()
    for name, version in sorted(modules):
        digest.update(f"{name}={version};".encode())
    for model_class in model_classes:
        digest.update(model_class._name.encode())
        for name, field in sorted(model_class._fields.items()):
            digest.update(f"{name}:{field.type}:{field.store}:{field.compute}:{field._module};".encode())
        for one in model_class.__mro__:
            digest.update(f"{one.__module__}.{one.__qualname__}:{','.join(sorted(vars(one)))};".encode())
    return digest.hexdigest()
