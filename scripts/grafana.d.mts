/** Makes the text of deploy/grafana/aos.json. */
export function dashboardText(): string;
