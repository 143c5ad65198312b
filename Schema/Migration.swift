/// One step of the database schema, from one SQL file that the binary carries.
package struct Migration: Sendable, Equatable {
    /// The step's number, from 1 without gaps; the file's numeric prefix.
    package let version: Int
    /// The file's name without prefix and ending.
    package let name: String
    /// The file's text, run as one script in one transaction.
    package let sql: String

    package init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }
}

extension Migration {
    /// Every migration of this version of Waybill, in order. An applied file is never edited: a change is a new file.
    package static let all: [Migration] = [
        Migration(1, "roles", PackageResources._01_roles_sql),
        Migration(2, "log-epochs", PackageResources._02_log_epochs_sql),
        Migration(3, "log-head", PackageResources._03_log_head_sql),
        Migration(4, "events", PackageResources._04_events_sql),
        Migration(5, "events-append-only", PackageResources._05_events_append_only_sql),
        Migration(6, "commands", PackageResources._06_commands_sql),
        Migration(7, "commands-maintain", PackageResources._07_commands_maintain_sql),
        Migration(8, "orders", PackageResources._08_orders_sql),
        Migration(9, "secrets", PackageResources._09_secrets_sql),
        Migration(10, "projections", PackageResources._10_projections_sql),
        Migration(11, "projection-active", PackageResources._11_projection_active_sql),
        Migration(12, "order-list", PackageResources._12_order_list_sql),
        Migration(13, "order-list-keys", PackageResources._13_order_list_keys_sql),
        Migration(14, "stats-orders", PackageResources._14_stats_orders_sql),
        Migration(15, "stats-statuses", PackageResources._15_stats_statuses_sql),
        Migration(16, "stats-minutes", PackageResources._16_stats_minutes_sql),
        Migration(17, "stats-durations", PackageResources._17_stats_durations_sql),
        Migration(18, "projection-versions", PackageResources._18_projection_versions_sql),
        Migration(19, "orders-versions", PackageResources._19_orders_versions_sql),
        Migration(20, "projection-replays", PackageResources._20_projection_replays_sql),
        Migration(21, "projection-open", PackageResources._21_projection_open_sql),
        Migration(22, "orders-customer", PackageResources._22_orders_customer_sql),
        Migration(23, "order-states", PackageResources._23_order_states_sql),
        Migration(24, "order-list-version", PackageResources._24_order_list_version_sql),
        Migration(25, "projection-layouts", PackageResources._25_projection_layouts_sql),
        Migration(26, "projection-fence", PackageResources._26_projection_fence_sql),
        Migration(27, "tracking-numbers", PackageResources._27_tracking_numbers_sql),
        Migration(28, "order-list-numbers", PackageResources._28_order_list_numbers_sql),
        Migration(29, "attention-queue", PackageResources._29_attention_queue_sql),
        Migration(30, "commands-expiry", PackageResources._30_commands_expiry_sql),
        Migration(31, "ids-as-bytes", PackageResources._31_ids_as_bytes_sql),
        Migration(32, "index-steps", PackageResources._32_index_steps_sql),
        Migration(36, "log-database", PackageResources._36_log_database_sql),
        Migration(50, "tracking-links", PackageResources._50_tracking_links_sql),
        Migration(51, "staff-sessions", PackageResources._51_staff_sessions_sql),
        Migration(60, "projections-failed", PackageResources._60_projections_failed_sql),
        Migration(61, "order-list-by-carrier", PackageResources._61_order_list_by_carrier_sql),
    ]

    /// The SQL that makes and repairs the roles before any migration. It speaks of `waybill_owner`, `waybill_writer`
    /// and `waybill_login`, as the migrations do of the former two.
    package static let rolesPrelude = String(decoding: PackageResources.roles_sql, as: UTF8.self)

    /// The query for the statements that the roles' objects lack after the prelude: see the file. It speaks of
    /// `waybill_owner` and `waybill_writer`.
    package static let missingPrivileges = String(decoding: PackageResources.privileges_sql, as: UTF8.self)

    /// True for a migration whose work is the prelude's now. It is recorded, and not run.
    package var isDoneByPrelude: Bool { version == 1 && name == "roles" }

    private init(_ version: Int, _ name: String, _ bytes: [UInt8]) {
        self.init(version: version, name: name, sql: String(decoding: bytes, as: UTF8.self))
    }
}
