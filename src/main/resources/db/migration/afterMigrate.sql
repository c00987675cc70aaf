-- The role that the service connects as: it owns nothing and cannot bypass row-level security. Made and refreshed on
-- every start, so a changed password takes effect; replicas that start together wait for each other.
do $$
begin
    perform pg_advisory_xact_lock(hashtext('perennial.service_role'), 0);
    if not exists (select from pg_roles where rolname = '${service_user}') then
        create role "${service_user}" login nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
    if '${service_password}' <> '' then
        alter role "${service_user}" with login password '${service_password}';
    end if;
    execute format('grant connect, temporary on database %I to %I', current_database(), '${service_user}');
end
$$;

-- Nobody waits longer for a single answer; uploads and runs ask for more time.
alter role "${service_user}" set statement_timeout = '30s';
-- Compiling a statement takes longer here than running it does.
alter role "${service_user}" set jit = off;
alter role "${service_user}" set idle_in_transaction_session_timeout = '10min';

grant usage on schema ${flyway:defaultSchema} to "${service_user}";
grant select, insert, update, delete on
    organizations, api_keys, idempotency_keys, customers, transactions, events, runs, run_partitions,
    customer_feature, churn_prediction, segment_assignments, segment_history, model_versions, customer_prediction,
    customer_health_scores, customer_health_history, event_sentiment,
    behavior_thresholds, behavior_analysis, behavior_history,
    offers, offer_changes, offer_redemptions, offer_spending, offer_contacts, offer_sync_sources,
    offer_decisions,
    customer_value, value_history, customer_lifecycle, lifecycle_history,
    webhook_events, subscriptions, payment_failures, payments, payment_methods, billing_settings,
    message_templates, message_template_changes, message_outcomes,
    recovery_settings, product_features, incentive_budgets, incentive_spending, retention_offers,
    outreach_settings, contact_consents, suppressed_addresses, push_devices, outreach_messages, outreach_links,
    recovery_cases, recovery_steps, recovery_case_events, recovery_approvals, churn_risk_looks
    to "${service_user}";
grant select on default_offers to "${service_user}";
-- For a replica that does not migrate to see that somebody has.
grant select on "${flyway:table}" to "${service_user}";
grant execute on function ensure_event_partition(date) to "${service_user}";
