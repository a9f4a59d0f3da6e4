/// A client written from the requirements alone (mission.md, D2): curl, jq, and nothing of ours.
///
/// It is given `URL`, and the tokens `READ` and `ADMIN`; it prints a line for each thing that is not as required.
enum ClientScript {
  static let text = #"""
    set -u
    root="$URL/api/v1"
    fail() { echo "$1"; }
    bearer() { auth=(-H "Authorization: Bearer $1"); }
    bearer "$ADMIN"
    # call METHOD PATH [curl's arguments]: leaves the status in $status and the body in $body
    call() {
      local method=$1 path=$2; shift 2
      body=$(curl -sS -X "$method" -w '\n%{http_code}' ${auth[@]+"${auth[@]}"} "$@" "$root$path")
      status=${body##*$'\n'}; body=${body%$'\n'*}
    }
    want() { # want NAME STATUS JQ-CONDITION
      [[ $status == "$2" ]] || fail "$1: status $status, not $2: $body"
      jq -e "$3" >/dev/null <<<"$body" || fail "$1: not $3: $body"
    }
    error='.success == false and (.error.code | type == "string") and (.error.message | type == "string") and (.error | has("next"))'

    call GET /health; want health 200 '.success == true and .data.status == "ok"'

    call GET /admin/sync/settings
    want settings 200 '.success == true and (.data.settings | length > 0) and all(.data.settings[]; has("setting_key") and has("setting_value") and has("description"))'
    key=$(jq -r '.data.settings[] | select(.setting_key == "sync_interval") | .setting_key' <<<"$body")
    [[ $key == sync_interval ]] || fail "settings: no sync_interval"
    call PUT /admin/sync/settings -H 'Content-Type: application/json' -d '{"setting_key":"sync_interval","setting_value":"36h"}'
    want put 200 '.success == true and any(.data.settings[]; .setting_key == "sync_interval" and .setting_value == "36h")'
    call GET /admin/sync/settings
    want kept 200 'any(.data.settings[]; .setting_key == "sync_interval" and .setting_value == "36h")'

    call GET /admin/sync/status
    want status 200 '.success == true and (.data | [has("is_running", "last_sync", "next_sync", "total_properties", "updated_properties", "failed_properties", "sync_interval", "last_error")] | all) and .data.last_sync == null and .data.total_properties == 0'

    call POST /admin/sync
    want trigger 202 '.success == true and .data.status == "started" and (.data.message | length > 0) and (.data | has("estimated_duration")) and (.data.triggered_at | fromdateiso8601? // (.[0:19] + "Z" | fromdateiso8601) > 1000000000)'
    call POST /admin/sync
    want running 409 "$error and .error.code == \"already_running\""

    for ((i = 0; i < 600; i++)); do
      call GET /admin/sync/status
      [[ $(jq '.data.is_running or .data.is_waiting' <<<"$body") == true || $(jq '.data.last_sync' <<<"$body") == null ]] || break
      sleep 0.1
    done
    want done 200 '.data.is_running == false and .data.total_properties == 500 and .data.updated_properties == 500 and .data.failed_properties == 0 and (.data.last_sync | type == "string") and .data.last_error == null'

    call GET /admin/sync/health
    want health 200 '.success == true and (.data | [has("status", "is_running", "is_healthy", "is_overdue", "last_sync_age", "next_sync_in", "sync_interval", "summary", "checked_at")] | all) and .data.is_healthy == true and .data.is_overdue == false and .data.status == "healthy"'

    call GET '/admin/sync/logs?limit=10&offset=0'
    want logs 200 '.success == true and (.data.logs | length == 1) and .data.logs[0].feed == "cars" and .data.logs[0].processed == 500 and .data.logs[0].updated == 500 and .data.logs[0].failed == 0 and .data.logs[0].success_rate == 1 and .data.logs[0].duration_seconds > 0'
    call GET '/admin/sync/logs?limit=10&offset=1'; want offset 200 '.data.logs == []'

    call POST '/admin/sync/start?interval=24h'
    want start 200 '.success == true and .data.sync_interval == "24h" and (.data.next_sync | type == "string")'
    call GET /admin/sync/status; want started 200 '.data.sync_interval == "24h" and (.data.next_sync | type == "string")'
    call POST /admin/sync/stop; want stop 200 '.success == true and (.data.message | length > 0)'
    call GET /admin/sync/status; want stopped 200 '.data.next_sync == null'

    call GET /nothing/here; want unknown 404 "$error and .error.code == \"no_such_route\""
    call DELETE /admin/sync/status; want method 405 "$error and .error.code == \"method_not_allowed\""
    for interval in 0h soon -1h 24 '' 1.5h; do
      call POST "/admin/sync/start?interval=$interval"; want "interval '$interval'" 400 "$error and .error.code == \"bad_parameter\""
    done
    call PUT /admin/sync/settings -H 'Content-Type: application/json' -d '{"setting_key":"colour","setting_value":"red"}'
    want 'no such setting' 422 "$error and .error.code == \"no_such_setting\""
    call PUT /admin/sync/settings -H 'Content-Type: application/json' -d '{"setting_key":"sync_interval","setting_value":"never"}'
    want 'bad setting' 422 "$error and .error.code == \"bad_setting\""
    call PUT /admin/sync/settings -H 'Content-Type: application/json' -d '{'; want 'no JSON' 400 "$error"
    call PUT /admin/sync/settings -H 'Content-Type: text/plain' -d '{}'; want 'not JSON' 415 "$error"
    call GET '/admin/sync/logs?limit=0'; want 'bad limit' 400 "$error"

    for path in '' /start /stop; do
      auth=(); call POST "/admin/sync$path"; want "no token $path" 401 "$error and .error.code == \"not_authorised\""
      bearer wrong; call POST "/admin/sync$path"; want "unknown token $path" 401 "$error"
    done
    auth=()
    for path in /status /health /logs /settings; do
      call GET "/admin/sync$path"; want "no token $path" 401 "$error and .error.code == \"not_authorised\""
    done
    bearer "$READ"
    call POST /admin/sync; want 'wrong role' 403 "$error and .error.code == \"wrong_role\""
    call GET /admin/sync/status; want 'a reader reads' 200 '.success == true'

    body=$(curl -sS "$root/openapi.json"); status=200; want document 200 '.openapi | startswith("3.1")'
    page=$(curl -sS "$root/docs"); [[ $page == *'<title>'* ]] || fail "docs: no page"
    """#
}
