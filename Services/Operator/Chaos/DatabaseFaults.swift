import Persistence

/// Faults of the database that can be made from inside it, as its owner.
enum DatabaseFaults {
    /// By which the runs' own sessions are told from those of the services.
    static let application = "attune chaos"

    /// Ends every session of a service, in whatever transaction it is.
    static func cutConnections(_ connection: Connection) throws {
        try connection.run(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and application_name <> $1
              and backend_type = 'client backend'
            """, [.text(application)])
    }

    /// Has every insertion into a table fail with the error of a full disk.
    /// - Parameter table: a name from the plan, never from outside.
    static func fillDisk(under table: String, on connection: Connection) throws {
        try connection.script(
            """
            set lock_timeout = '3s';
            create or replace function public.refuse_on_full_disk() returns trigger language plpgsql as $$
            begin
                raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
            end
            $$;
            drop trigger if exists full_disk on \(table);
            create trigger full_disk before insert on \(table)
                for each statement execute function public.refuse_on_full_disk();
            """)
    }

    static func emptyDisk(under table: String, on connection: Connection) throws {
        try connection.script("set lock_timeout = '3s'; drop trigger if exists full_disk on \(table);")
    }
}
